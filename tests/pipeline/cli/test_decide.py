from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.model.ids import TenantId
from pipeline.policies.decide import decide
from pipeline.policies.facts_json import facts_adapter
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.versions import judge
from pipeline.steps.put_in_force import stored
from pipeline.store.decisions import add_decisions
from pipeline.store.policy_cache import PolicyCache
from pipeline.store.policy_versions import begun_with
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line
from tests.pipeline.policies.cases import facts


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "facts.json"
    path.write_bytes(facts_adapter().dump_json(facts()))
    return str(path)


def test_a_record_is_printed_with_its_digest_and_sentences(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", file, "--policy", "nejix", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["digest"] == decide(facts(), load_bundle("nejix"), load_matrix()).digest
    assert document["training"]["eligible"] is False
    assert document["sentences"]["POLICY_SCOPE"] == "The policy does not allow training with this."
    deepgram = next(p for p in document["processors"] if p["name"] == "deepgram")
    assert (deepgram["allowed"], deepgram["clause"]["section"]) == (False, "3")


def test_people_get_what_was_decided_and_why(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", file, "--policy", "nejix"]) == 0

    shown = capsys.readouterr().out
    for expected in ("retain until", "not eligible (none)", "POLICY_SCOPE", "customers' call data", "deepgram"):
        assert expected in shown


def test_a_policy_file_may_be_named_as_well(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.json"
    own.write_text(load_bundle("connekz").model_dump_json(), encoding="utf-8")

    assert run(["decide", file, "--policy", str(own), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["policy"]["digest"] == load_bundle("connekz").digest


def test_the_schemas_of_both_sides_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", "--schema"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["facts"]["properties"]["as_of"]["description"]
    assert document["record"]["properties"]["retention"]["description"]


@pytest.mark.parametrize(
    ("text", "policy"),
    [("{}", "nejix"), ("not json", "nejix"), ("", "nejix"), (None, "nejix"), (b"\xff\xfe", "nejix"), ("{}", "nope")],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes | None, policy: str
) -> None:
    path = tmp_path / "facts.json"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert run(["decide", str(path), "--policy", policy]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1


def test_facts_and_policy_are_both_needed(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", file]) == 2
    assert run(["decide", "--policy", "nejix"]) == 2
    assert "--policy" in capsys.readouterr().err


@pytest.mark.usefixtures("acme")
def test_a_decision_is_replayed_from_the_store_or_refused_in_one_line(earmark: Earmark, database) -> None:
    judged = judge(begun_with(load_bundle("nejix")), facts(), load_matrix())
    with database.transaction(TenantId("acme")) as tx:
        PolicyCache().keep_inputs(tx, judged.version, load_matrix())
        add_decisions(tx, [stored(judged)])

    again = document(earmark("decide", "--replay", "art_1", "--tenant", "acme", "--json"))
    assert again["digest"] == judged.record.digest
    assert earmark("decide", "--replay", "art_1", "--tenant", "acme")[0] == 0

    assert told_in_one_line(*earmark("decide", "--replay", "art_1")) == "--replay needs --tenant"
    code, out, err = earmark("decide", "--replay", "art_9", "--tenant", "acme")
    assert (code, told_in_one_line(code, out, err)) == (2, "no decision for artifact art_9")


@pytest.mark.usefixtures("acme")
def test_a_decision_made_under_other_rules_is_a_failure(earmark: Earmark, database) -> None:
    judged = judge(begun_with(load_bundle("nejix")), facts(), load_matrix())
    other = replace(judged, record=replace(judged.record, rules_version=99))
    with database.transaction(TenantId("acme")) as tx:
        PolicyCache().keep_inputs(tx, judged.version, load_matrix())
        add_decisions(tx, [stored(other)])

    code, out, err = earmark("decide", "--replay", "art_1", "--tenant", "acme")
    assert code == 1
    assert told_in_one_line(code, out, err).startswith("decided under rules 99, and this release has rules 1")
