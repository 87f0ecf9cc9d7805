from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.bootstrap import open_base
from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from pipeline.steps.context import shelf_of_call
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from tests.builders import a_call, answer
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.roles import variables


def a_call_with_receipts(folder: Path, tenant: str) -> str:
    """A call that was declined, as the worker leaves it; gives its id at the vendor."""
    with open_base(read_settings()) as base:
        context = scripted_context("", folder, database=base.database)
        object.__setattr__(context, "vault", base.vault)
        with base.database.transaction(TenantId(tenant)) as tx:
            call = get_call(tx, a_call(tx, base.keys))
            answer(tx, call.id, Outcome.DECLINED)
        issue_receipts(context, shelf_of_call(call), call.id, None)
        return call.call_sid


@pytest.fixture
def call(acme: str, tmp_path: Path) -> str:
    return a_call_with_receipts(tmp_path, acme)


@pytest.fixture
def exported(earmark: Earmark, acme: str, call: str, tmp_path: Path) -> Path:
    """The receipts of the call."""
    path = tmp_path / "receipts.json"
    code, out, err = earmark("receipt", "export", path, "--tenant", acme, "--call", call)
    assert (code, err) == (0, ""), err
    assert "4 receipts in " in out
    return path


@pytest.fixture
def keys(earmark: Earmark, acme: str, call: str, tmp_path: Path) -> Path:
    """The tenant's published keys."""
    path = tmp_path / "keys.json"
    path.write_text(earmark("receipt", "keys", "--tenant", acme)[1])
    return path


@pytest.fixture
def offline(exported: Path, keys: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the installation is there any more."""
    for name, value in variables("postgresql+psycopg://nobody@127.0.0.1:9/none").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EARMARK_DATA_DIR", "/nowhere")
    monkeypatch.setenv("EARMARK_LOG_LEVEL", "no such level")


@pytest.fixture
def log(earmark: Earmark, acme: str, exported: Path, tmp_path: Path) -> Path:
    """The tenant's audit log."""
    assert earmark("audit", "export", tmp_path / "log", "--tenant", acme)[0] == 0
    return tmp_path / "log" / "log.jsonl"


def one_of(exported: Path, folder: Path) -> Path:
    path = folder / "one.jws"
    path.write_text(json.loads(exported.read_text())["receipts"][0])
    return path


@pytest.mark.usefixtures("offline")
def test_an_export_is_verified_offline_and_says_who_agreed_to_what_when(
    earmark: Earmark, exported: Path, keys: Path, log: Path, call: str
) -> None:
    code, out, err = earmark("receipt", "verify", exported, "--keys", keys, "--audit", log)
    assert (code, err) == (0, "")
    assert "caller 1" in out
    assert "vendor_process" in out
    assert "dtmf: declined" in out
    assert f"tenant acme, call {call}" in out
    assert "4 receipts: every signature holds" in out
    assert "not pinned" not in out
    assert "was not checked" not in out


@pytest.mark.usefixtures("offline")
def test_without_keys_or_log_it_says_what_is_not_proved(earmark: Earmark, exported: Path, tmp_path: Path) -> None:
    for path in (exported, one_of(exported, tmp_path)):
        code, out, _ = earmark("receipt", "verify", path)
        assert code == 0
        assert "the key comes from the file itself and is not pinned" in out
        assert "its place in the log was not checked" in out


@pytest.mark.usefixtures("offline")
def test_json_has_each_receipt_whole_with_its_key_and_place(
    earmark: Earmark, exported: Path, keys: Path, log: Path
) -> None:
    found = document(earmark("receipt", "verify", exported, "--keys", keys, "--audit", log, "--json"))
    assert (found["is_whole"], found["is_pinned"], found["is_in_audit_log"]) == (True, True, True)
    assert {r["receipt"]["outcome"] for r in found["receipts"]} == {"declined"}
    assert all(r["audit_seq"] > 1 and datetime.fromisoformat(r["issued_at"]).tzinfo is UTC for r in found["receipts"])


@pytest.mark.usefixtures("offline")
def test_a_changed_letter_is_told_in_one_line(earmark: Earmark, exported: Path, tmp_path: Path) -> None:
    one = one_of(exported, tmp_path)
    head, payload, signature = one.read_text().split(".")
    one.write_text(f"{head}.{payload[:40]}{'A' if payload[40] != 'A' else 'B'}{payload[41:]}.{signature}")
    answered = earmark("receipt", "verify", one)
    assert answered[0] == 1
    assert told_in_one_line(*answered) == "the signature does not hold: the statement was altered"


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("content", [b"", b"hello", b"\x00\xff", b"{}", b"[[[[", b'{"format":"earmark.receipts"}'])
def test_a_file_that_is_no_receipt_is_bad_input(earmark: Earmark, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    answered = earmark("receipt", "verify", tmp_path / "x")
    assert answered[0] == 2
    told_in_one_line(*answered)


def test_a_file_that_is_not_there_is_bad_input(earmark: Earmark, tmp_path: Path) -> None:
    for arguments in ((tmp_path / "none",), (tmp_path, "--keys", tmp_path / "none")):
        answered = earmark("receipt", "verify", *arguments)
        assert answered[0] == 2
        told_in_one_line(*answered)


def test_the_keys_of_another_tenant_do_not_verify(earmark: Earmark, acme: str, exported: Path, tmp_path: Path) -> None:
    assert earmark("tenant", "add", "other", "--policy", "nejix", "--display-name", "Other")[0] == 0
    (tmp_path / "other.json").write_text(earmark("receipt", "keys", "--tenant", "other")[1])
    answered = earmark("receipt", "verify", exported, "--keys", tmp_path / "other.json")
    assert answered[0] == 1
    assert "not among" in told_in_one_line(*answered)


def test_a_log_that_does_not_have_the_receipt_is_a_failure(earmark: Earmark, exported: Path, log: Path) -> None:
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:2]) + "\n")
    answered = earmark("receipt", "verify", exported, "--audit", log)
    assert answered[0] == 1
    assert "not in the audit log" in told_in_one_line(*answered)


def test_what_was_signed_before_a_rotation_still_verifies_with_the_keys_of_after_it(
    earmark: Earmark, acme: str, exported: Path, tmp_path: Path
) -> None:
    rotated = document(earmark("receipt", "rotate-key", "--tenant", acme, "--reason", "yearly", "--json"))
    published = json.loads(earmark("receipt", "keys", "--tenant", acme)[1])
    assert rotated["kid"] in [key["kid"] for key in published["keys"]]
    assert len(published["keys"]) == 2
    (tmp_path / "keys.json").write_text(json.dumps(published))
    assert earmark("receipt", "verify", exported, "--keys", tmp_path / "keys.json")[0] == 0


def test_the_list_names_what_was_issued_and_opens_nothing(
    earmark: Earmark, acme: str, call: str, tmp_path: Path
) -> None:
    listed = document(earmark("receipt", "list", "--tenant", acme, "--call", call, "--json"))
    assert {(r["leg"], r["ordinal"], r["outcome"]) for r in listed} == {("caller", 1, "declined")}
    assert len(listed) == 4
    code, out, _ = earmark("receipt", "list", "--tenant", acme)
    assert (code, out.count("declined")) == (0, 4)
    with open_base(read_settings()) as base, base.database.transaction(TenantId(acme)) as tx:
        kept = [a for a in list_artifacts(tx) if a.kind is ArtifactKind.CONSENT_RECEIPT]
    assert len(kept) == 4
    assert earmark("audit", "export", tmp_path / "log", "--tenant", acme)[0] == 0
    assert "artifact:artifact:read" not in (tmp_path / "log" / "log.jsonl").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "out", "--tenant", "acme", "--call", "CA" + "0" * 32),
        ("export", "out", "--tenant", "acme", "--call", "nonsense"),
        ("export", "out", "--tenant", "nobody", "--call", "CA" + "0" * 32),
        ("export", "out", "--tenant", "acme", "--call", "CA" + "0" * 32, "--reason", " "),
        ("list", "--tenant", "acme", "--call", "CA" + "0" * 32),
        ("list", "--tenant", "no such"),
        ("keys", "--tenant", "nobody"),
        ("rotate-key", "--tenant", "nobody", "--reason", "x"),
        ("rotate-key", "--tenant", "acme", "--reason", " "),
    ],
)
def test_what_is_asked_badly_is_one_line_and_two(earmark: Earmark, acme: str, arguments: tuple[str, ...]) -> None:
    answered = earmark("receipt", *arguments)
    assert answered[0] == 2
    told_in_one_line(*answered)
