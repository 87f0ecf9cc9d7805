from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pipeline.bootstrap import open_base
from pipeline.model.audit import GENESIS, entry_hash
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.store.audit import list_events
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


@pytest.fixture
def folder(earmark: Earmark, acme: str, tmp_path: Path) -> Path:
    """The exported log of a tenant on which two holds were placed; signed between them."""
    for matter in ("one", "two"):
        held = earmark("hold", "place", "--tenant", acme, "--matter", matter, "--whole-tenant", "--reason", "letter")
        assert held[0] == 0
        with open_base(read_settings()) as base:
            checkpoint_log(base.vault, TenantId(acme))
    assert earmark("audit", "export", tmp_path / "out", "--tenant", acme, "--as", "user:ada")[0] == 0
    return tmp_path / "out"


@pytest.fixture
def exported(folder: Path) -> Path:
    return folder / "log.jsonl"


@pytest.fixture
def offline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path | str, ...]:
    """What verifies an export, and nothing of the installation is there any more."""
    monkeypatch.setenv("EARMARK_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("EARMARK_DATA_DIR", "/nowhere")
    keys, checkpoints = folder / "keys.json", folder / "checkpoints"
    return ("audit", "verify", "--file", folder / "log.jsonl", "--checkpoints", checkpoints, "--key", keys)


def faults(answer: tuple[int, str, str], name: str = "log.jsonl") -> list[tuple[str, int, int]]:
    assert answer[0] == 1
    return [(f["kind"], f["from"], f["to"]) for f in json.loads(answer[1])[name]["faults"]]


def test_a_log_is_whole_in_the_database_with_its_checkpoints(earmark: Earmark, acme: str, folder: Path) -> None:
    found = document(earmark("audit", "verify", "--json"))[acme]
    assert (found["broken_at"], found["faults"], found["checkpoints"], found["is_pinned"]) == (None, [], 2, True)
    assert found["events"] == found["signed_to"] + 2  # the last checkpoint's own event, and the export's
    assert earmark("audit", "verify", "--tenant", acme, "--key", folder / "keys.json")[0] == 0
    signed = document(earmark("audit", "checkpoints", "--tenant", acme, "--json"))
    assert [point["seq"] for point in signed] == sorted(point["seq"] for point in signed)
    assert (len(signed), signed[-1]["seq"]) == (2, found["signed_to"])
    assert earmark("audit", "checkpoints", "--tenant", "nobody")[0] == 2


def test_an_export_is_whole_without_us(earmark: Earmark, offline: tuple[str, ...]) -> None:
    code, out, err = earmark(*offline)
    assert (code, err) == (0, "")
    assert "events, whole" in out
    assert "2 checkpoints, signed up to event" in out
    assert "pinned" not in out
    assert "not pinned" in earmark(*offline[:-2])[1]
    assert "no checkpoints were given" in earmark(*offline[:4])[1]


def test_an_altered_export_is_named_by_its_event(earmark: Earmark, exported: Path, offline: tuple[str, ...]) -> None:
    lines = exported.read_text().splitlines()
    event = json.loads(lines[1])
    event["entry"]["actor"] = "somebody else"
    exported.write_text("\n".join([lines[0], json.dumps(event), *lines[2:]]))
    assert faults(earmark(*offline, "--json")) == [("changed", 2, 2)]
    code, out, _ = earmark(*offline)
    assert code == 1
    assert "BROKEN at event 2\n  event 2 is not what was written\n" in out


def test_a_missing_a_moved_and_a_cut_off_event_are_named(
    earmark: Earmark, exported: Path, offline: tuple[str, ...]
) -> None:
    lines = exported.read_text().splitlines()
    signed_to = json.loads(earmark(*offline, "--json")[1])["log.jsonl"]["signed_to"]

    def found(kept: list[str]) -> list[tuple[str, int, int]]:
        exported.write_text("\n".join(kept))
        return faults(earmark(*offline, "--json"))

    assert found([*lines[:1], *lines[2:]]) == [("removed", 2, 2)]
    assert found([lines[0], lines[2], lines[1], *lines[3:]]) == [("moved", 2, 2)]
    assert found(lines[: signed_to - 1]) == [("cut", signed_to, signed_to)]


def test_a_removed_checkpoint_is_named(earmark: Earmark, folder: Path, offline: tuple[str, ...]) -> None:
    first, last = sorted((folder / "checkpoints").iterdir())
    kept = last.read_bytes()
    last.unlink()
    assert {kind for kind, _, _ in faults(earmark(*offline, "--json"))} == {"checkpoint_removed"}
    last.write_bytes(kept)
    first.unlink()
    assert {kind for kind, _, _ in faults(earmark(*offline, "--json"))} == {"checkpoint_removed"}


def test_a_log_that_its_owner_wrote_anew_with_every_hash_is_found(
    earmark: Earmark, acme: str, folder: Path, postgres: EmbeddedPostgres, database_name: str
) -> None:
    """The owner of the database can rewrite the chain; not what lies signed in the object store."""
    with open_base(read_settings()) as base, base.database.transaction(TenantId(acme)) as tx:
        events = list(list_events(tx))
    previous = GENESIS
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        for event in events:
            entry = replace(event.entry, actor="nobody") if event.entry.seq == 2 else event.entry
            digest = entry_hash(entry, previous_hash=previous)
            owner.execute(
                "update earmark.audit_events set actor = %s, previous_hash = %s, hash = %s where seq = %s",
                (entry.actor, previous, digest, entry.seq),
            )
            previous = digest
    found = faults(earmark("audit", "verify", "--json"), acme)
    assert found[0][:2] == ("rewritten", 1)
    assert {kind for kind, _, _ in found} == {"rewritten"}


def test_a_log_whose_end_its_owner_cut_off_is_found(
    earmark: Earmark, acme: str, folder: Path, postgres: EmbeddedPostgres, database_name: str
) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("delete from earmark.audit_events where seq > 3")
        owner.execute("delete from earmark.audit_checkpoints")
    found = faults(earmark("audit", "verify", "--json"), acme)
    assert [(kind, first) for kind, first, _ in found] == [("cut", 4)]


def test_checkpoints_go_with_a_file_and_keys_are_a_key_set(earmark: Earmark, folder: Path) -> None:
    for refused in (
        ("--checkpoints", folder / "checkpoints"),
        ("--file", folder / "log.jsonl", "--checkpoints", folder / "none"),
        ("--file", folder / "log.jsonl", "--key", folder / "none"),
        ("--file", folder / "log.jsonl", "--key", folder / "log.jsonl"),
    ):
        answer = earmark("audit", "verify", *refused)
        assert answer[0] == 2
        told_in_one_line(*answer)


@pytest.mark.parametrize("line", ["{", "[]", '{"entry": {}}', "4532", "\x00"])
def test_a_line_that_is_no_event_is_named_by_its_number_and_not_quoted(
    earmark: Earmark, exported: Path, line: str
) -> None:
    exported.write_text(exported.read_text() + line + "\n")
    last = exported.read_text().count("\n")
    answer = earmark("audit", "verify", "--file", exported)
    assert answer[0] == 2
    assert told_in_one_line(*answer) == f"line {last} is not an audit event"


@pytest.mark.parametrize(
    "change",
    [{"facts": [1]}, {"facts": {"x": []}}, {"facts": {"x": 1.5}}, {"seq": "4"}, {"seq": True}, {"tenant": 7}],
)
def test_an_event_with_values_of_another_kind_is_no_event(earmark: Earmark, exported: Path, change: dict) -> None:
    first = json.loads(exported.read_text().splitlines()[0])
    first["entry"] |= change
    exported.write_text(exported.read_text() + json.dumps(first) + "\n")
    last = exported.read_text().count("\n")
    answer = earmark("audit", "verify", "--file", exported)
    assert answer[0] == 2
    assert told_in_one_line(*answer) == f"line {last} is not an audit event"


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
    assert json.loads(answer[1])[acme]["broken_at"] == 2


def test_an_export_that_cannot_be_written_is_told(earmark: Earmark, acme: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = earmark("audit", "export", tmp_path / "file" / "log", "--tenant", acme)
    told_in_one_line(*answer)
    answer = earmark("audit", "export", tmp_path / "file", "--tenant", acme)
    assert answer[0] == 2
    told_in_one_line(*answer)


def test_a_tenant_that_is_not_there_has_no_log_to_verify(earmark: Earmark) -> None:
    answer = earmark("audit", "verify", "--tenant", "nobody")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"
