from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


@pytest.fixture
def exported(earmark: Earmark, acme: str, tmp_path: Path) -> Path:
    """The log of a tenant on which two holds were placed."""
    for matter in ("one", "two"):
        held = earmark("hold", "place", "--tenant", acme, "--matter", matter, "--whole-tenant", "--reason", "letter")
        assert held[0] == 0
    path = tmp_path / "log.jsonl"
    assert earmark("audit", "export", path, "--tenant", acme)[0] == 0
    return path


def test_a_log_is_whole_in_the_database_and_as_it_was_exported(earmark: Earmark, acme: str, exported: Path) -> None:
    assert document(earmark("audit", "verify", "--json")) == {acme: {"events": 3, "broken_at": None}}
    assert earmark("audit", "verify", "--file", exported) == (0, "log.jsonl: 3 events, whole\n", "")


def test_an_altered_export_is_named_by_its_first_broken_event(earmark: Earmark, exported: Path) -> None:
    lines = exported.read_text().splitlines()
    event = json.loads(lines[1])
    event["entry"]["actor"] = "somebody else"
    exported.write_text("\n".join([lines[0], json.dumps(event), lines[2]]))
    assert earmark("audit", "verify", "--file", exported)[:2] == (1, "log.jsonl: 2 events, BROKEN at event 2\n")


@pytest.mark.parametrize("keep", [(1, 2), (0, 2), (1, 0, 2)])
def test_a_missing_or_moved_event_is_seen(earmark: Earmark, exported: Path, keep: tuple[int, ...]) -> None:
    lines = exported.read_text().splitlines()
    exported.write_text("\n".join(lines[at] for at in keep))
    assert earmark("audit", "verify", "--file", exported)[0] == 1


@pytest.mark.parametrize("line", ["{", "[]", '{"entry": {}}', "4532", "\x00"])
def test_a_line_that_is_no_event_is_named_by_its_number_and_not_quoted(
    earmark: Earmark, exported: Path, line: str
) -> None:
    exported.write_text(exported.read_text() + line + "\n")
    answer = earmark("audit", "verify", "--file", exported)
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "line 4 is not an audit event"


@pytest.mark.parametrize(
    "change",
    [{"facts": [1]}, {"facts": {"x": []}}, {"facts": {"x": 1.5}}, {"seq": "4"}, {"seq": True}, {"tenant": 7}],
)
def test_an_event_with_values_of_another_kind_is_no_event(earmark: Earmark, exported: Path, change: dict) -> None:
    first = json.loads(exported.read_text().splitlines()[0])
    first["entry"] |= change
    exported.write_text(exported.read_text() + json.dumps(first) + "\n")
    answer = earmark("audit", "verify", "--file", exported)
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "line 4 is not an audit event"


def test_a_file_that_is_no_text_is_refused(earmark: Earmark, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"\xff\xfe\x00")
    answer = earmark("audit", "verify", "--file", tmp_path / "log")
    assert answer[0] == 2
    told_in_one_line(*answer)


def test_a_row_changed_by_the_owner_of_the_database_is_seen(
    earmark: Earmark, acme: str, exported: Path, postgres: EmbeddedPostgres, database_name: str
) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as connection:
        connection.execute("update earmark.audit_events set actor = 'nobody' where seq = 2")
    answer = earmark("audit", "verify", "--tenant", acme, "--json")
    assert answer[0] == 1
    assert json.loads(answer[1]) == {acme: {"events": 2, "broken_at": 2}}


def test_an_export_that_cannot_be_written_is_told(earmark: Earmark, acme: str, tmp_path: Path) -> None:
    answer = earmark("audit", "export", tmp_path / "nowhere" / "log", "--tenant", acme)
    told_in_one_line(*answer)


def test_a_tenant_that_is_not_there_has_no_log_to_verify(earmark: Earmark) -> None:
    answer = earmark("audit", "verify", "--tenant", "nobody")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"
