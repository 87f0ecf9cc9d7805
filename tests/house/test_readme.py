from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import click
import pytest
from pydantic import BaseModel

from pipeline.cli import COMMANDS
from pipeline.settings import Settings
from tests.house.tree import ROOT

CONSOLE = ("pages", "sign_in", "review", "settings", "operations")
"""Pages are found by their links; README names where they begin."""
WEB = sorted(path for path in (ROOT / "webhooks").rglob("*.py") if path.parent.name not in CONSOLE)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings(model: type[BaseModel] = Settings, prefix: str = "EARMARK_") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


def commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        found: click.Command = importlib.import_module(f"pipeline.cli.{name.replace('-', '_')}").command
        if isinstance(found, click.Group):
            yield from ((f"{name} {inner}", command) for inner, command in found.commands.items())
        else:
            yield name, found


NAMES = [name for name, _ in commands()]
REQUIRED = {name: [param for param in command.params if param.required] for name, command in commands()}


def synopsis(name: str) -> tuple[str, str]:
    """Give a command's own synopsis, and its row as far as that: both without what is optional."""
    for row in README.splitlines():
        for span in re.finditer("`([^`]+)`", row) if row.startswith("| `earmark ") else ():
            if re.match(f"(earmark )?{name}( |$)", span[1]):
                return _without_optional(span[1]), _without_optional(row[: span.end()])
    return "", ""


def _without_optional(text: str) -> str:
    return re.sub(r"\[[^]]*\]", "", text)


@pytest.mark.parametrize("name", list(settings()))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`earmark {name}" in README or f"· `{name}" in README


@pytest.mark.parametrize("name", NAMES)
def test_a_synopsis_names_what_is_required(name: str) -> None:
    own, row = synopsis(name)
    options = [param.opts[0] for param in REQUIRED[name] if isinstance(param, click.Option)]
    arguments = own.removeprefix("earmark ").removeprefix(name).split(" --")[0].split()
    assert [one for one in options if one not in (row if one == "--tenant" else own).split()] == []
    assert len(arguments) >= len([param for param in REQUIRED[name] if isinstance(param, click.Argument)])


def answered() -> set[tuple[str, str]]:
    """Every method and path that the application answers; pages of the console are found by their links."""
    found = {("GET", "/api/v1/openapi.json")}
    for path in WEB:
        text = path.read_text(encoding="utf-8")
        under = next(iter(re.findall(r'APIRouter\(prefix="([^"]+)"', text)), "")
        routes = re.findall(r'@router\.(\w+)\(\s*"([^"]+)"', text)
        found |= {(method.upper(), under + route) for method, route in routes}
        found |= {("POST", route) for route in re.findall(r'SharedRoute\("([^"]+)"', text)}
    return found


def told() -> set[tuple[str, str]]:
    """Every method and path of README's table."""
    found = set()
    for under, cell in re.findall(r"^\| [^|`]+ \| `(/[^`]*)` \| (.+) \|$", README, re.MULTILINE):
        for methods, route in re.findall(r"`([A-Z, ]+) (/[^`]*)`", cell):
            found |= {(method, (under.rstrip("/") + route).rstrip("/")) for method in methods.split(", ")}
    return found


def test_the_readme_tells_each_route_with_its_methods_and_no_other() -> None:
    assert sorted(answered() - told()) == []
    assert sorted(told() - answered()) == []


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:3] == "## "]
    assert headings[0].strip("# []") == "Unreleased"
