"""An alert that nobody can act on, or that can never fire, is worse than none."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import click
import promql_parser
import pytest
import yaml

from pipeline.cli import COMMANDS
from pipeline.telemetry import metrics
from tests.house.tree import ROOT, sources

ALERTS = ROOT / "infra" / "alerts"
RUNBOOKS = ROOT / "infra" / "runbooks"
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "README.md")
FOR_WHAT_NO_RULE_SEES = {"breach", "key-compromise", "wrong-policy-published", "legal-request"}
WANTED = FOR_WHAT_NO_RULE_SEES | {"vendor-outage", "restore-from-backup", "sign-in-attack", "disk-full"}
SOURCE = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in sources())


def rules() -> list[dict[str, Any]]:
    groups = [group for path in sorted(ALERTS.glob("*.yaml")) for group in yaml.safe_load(path.read_text())["groups"]]
    assert len({group["name"] for group in groups}) == len(groups)
    return [rule for group in groups for rule in group["rules"]]


RULES = rules()
NAMES = [rule["alert"] for rule in RULES]


def selectors(expression: str) -> list[Any]:
    """Every vector that an expression selects, found by the parser."""
    found, waiting = [], [promql_parser.parse(expression)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        inner = (getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"))
        waiting += [one for each in inner if each is not None for one in (each if isinstance(each, list) else [each])]
    return found


def told() -> dict[str, set[str]]:
    """Every name that can be scraped, with the labels that it comes with."""
    found: dict[str, set[str]] = {}
    for figure in (value for value in vars(metrics).values() if hasattr(value, "_labelnames")):
        labels = set(figure._labelnames)
        kinds = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
        for ending in kinds[figure._type]:
            found[figure._name + ending] = labels | ({"le"} if ending == "_bucket" else set())
    return found


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_whole_and_names_its_runbook(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Earmark[A-Z][A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"\d+[mhd]", rule["for"])
    assert rule["labels"] == {"severity": rule["labels"]["severity"]}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "runbook"}
    assert (ROOT / rule["annotations"]["runbook"]) in PAGES


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_expression_can_be_parsed_and_looks_at_what_the_code_tells(rule: dict[str, Any]) -> None:
    found = selectors(rule["expr"])
    names, scraped = told(), {"instance", "job"}
    assert len(found) == rule["expr"].count("earmark_") > 0
    for one in found:
        assert one.name in names
        assert {matcher.name for matcher in one.matchers.matchers} <= names[one.name]
    by = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", rule["expr"]) for label in group.split(",")}
    assert by <= set().union(*(names[one.name] for one in found)) | scraped


def test_every_event_and_queue_that_a_rule_waits_for_can_come() -> None:
    matchers = [m for rule in RULES for one in selectors(rule["expr"]) for m in one.matchers.matchers]
    events = {event for m in matchers if m.name == "event" for event in m.value.split("|")}
    queues = {queue for m in matchers if m.name == "queue" for queue in m.value.split("|")}
    assert events == set(metrics.WATCHED_EVENTS)
    assert [event for event in sorted(events) if f'error("{event}"' not in SOURCE] == []
    assert [queue for queue in sorted(queues) if f'= "{queue}"' not in SOURCE] == []
    scraped = metrics.render().decode()
    assert [event for event in events if f'earmark_alarms_total{{event="{event}"}}' not in scraped] == []


def test_every_alert_has_one_name_and_every_page_is_for_something() -> None:
    assert len(set(NAMES)) == len(NAMES)
    named = {Path(rule["annotations"]["runbook"]).stem for rule in RULES}
    assert {page.stem for page in PAGES} == named | FOR_WHAT_NO_RULE_SEES
    assert {page.stem for page in PAGES} >= WANTED


def test_the_list_of_pages_names_each_with_its_alerts() -> None:
    rows = dict(
        re.findall(r"^\| \[([a-z-]+)\]\(\1\.md\) \| (.+) \|$", (RUNBOOKS / "README.md").read_text(), re.MULTILINE)
    )
    assert set(rows) == {page.stem for page in PAGES}
    for rule in RULES:
        assert f"`{rule['alert']}`" in rows[Path(rule["annotations"]["runbook"]).stem]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_to_look_at_what_to_do_and_when_it_is_over(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Look", "Do", "When it is over"]
    assert "**What it means.**" in text
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    named = set(re.findall(r"`(earmark_[a-z_]+)", text)) | set(re.findall(r"`(EARMARK_[A-Z_]+)`", text))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    figures = set(told()) | {name.removesuffix("_bucket") for name in told()}
    assert [name for name in named if name not in figures and f"`{name}`" not in readme] == []
    events = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", text))
    assert [event for event in events if f'"{event}"' not in SOURCE] == []


def commands() -> list[tuple[str, str]]:
    blocks = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line.strip() for block in blocks.findall(text) for line in block.splitlines()]
        inline = [f"$ {span}" for span in re.findall(r"`(earmark [a-z]+ [^`]+)`", text)]
        found += [(page.stem, line.removeprefix("$ ")) for line in lines + inline]
    return found


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_of_a_page_is_one_of_the_command_line(page: str, line: str) -> None:
    program, name, *rest = shlex.split(line)
    assert (program, name in COMMANDS) == ("earmark", True)
    command: click.Command = importlib.import_module(f"pipeline.cli.{name}").command
    if isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    with click.Context(command) as context:
        given, left, order = command.make_parser(context).parse_args(list(rest))
    assert left == []
    missing = [p.name for p in command.params if p.required and p not in order]
    missing += [p.name for p in command.params if isinstance(p, click.Argument) and p.required and not given[p.name]]
    assert missing == []
    for param in command.params:
        if isinstance(param.type, click.Choice) and param in order:
            values = given[param.name] if isinstance(given[param.name], list | tuple) else [given[param.name]]
            assert set(values) <= set(param.type.choices)


def test_a_command_that_is_not_there_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        test_every_command_of_a_page_is_one_of_the_command_line("x", "earmark hold place --tennant T")
    with pytest.raises(AssertionError):
        test_every_command_of_a_page_is_one_of_the_command_line("x", "earmark hold place --tenant T --matter M")
    with pytest.raises(KeyError):
        test_every_command_of_a_page_is_one_of_the_command_line("x", "earmark hold plaice")
