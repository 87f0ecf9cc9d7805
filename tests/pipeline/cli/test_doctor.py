from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from samples.twilio_standin import Account, Standin
from tests.pipeline.cli.conftest import Earmark, told_in_one_line

ADD = ("--policy", "nejix", "--display-name", "Acme", "--transcribe")


def examine(earmark: Earmark, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Give the exit code and the worst finding of each check."""
    code, out, err = earmark("doctor", "--json", *options)
    assert err == ""
    found = json.loads(out)
    assert found["is_fit"] == (code == 0)
    order = ["fail", "warn", "ok"]
    assert [c["verdict"] for c in found["checks"]] == sorted((c["verdict"] for c in found["checks"]), key=order.index)
    return code, {check["check"]: check for check in reversed(found["checks"])}


def test_a_sound_installation_is_fit_and_what_lawyers_owe_is_listed(
    earmark: Earmark, acme: str, installation: Path
) -> None:
    code, found = examine(earmark)
    assert code == 0
    sound = {name for name, check in found.items() if check["verdict"] == "ok"}
    assert sound == {
        "database", "row policies", "keys", "artifact store", "models", "recognisers", "tenants", "policies",
    }  # fmt: skip
    assert {name for name, check in found.items() if check["verdict"] == "warn"} == {"law", "scripts"}
    assert all("checked on" in row for row in found["law"]["details"])
    assert [p for p in (installation / "artifacts").rglob("*") if "probe" in p.name and p.is_file()] == []


def test_people_get_one_line_a_check_aligned(earmark: Earmark, acme: str) -> None:
    code, out, _ = earmark("doctor", "--tenant", acme)
    lines = out.splitlines()
    assert code == 0
    assert len(lines) <= 24
    assert {line[:4].strip() for line in lines[:-1]} == {"warn", "ok"}
    assert len({line.index(line[22:].lstrip()[0], 22) for line in lines[:-1]}) == 1


def test_a_tenant_that_nobody_may_hear_fails(earmark: Earmark) -> None:
    assert earmark("tenant", "add", "acme", *ADD, "--engine", "deepgram")[0] == 0
    code, found = examine(earmark)
    assert code == 1
    assert found["tenants"]["says"].startswith("acme: no recogniser may hear its calls")


def test_a_database_that_was_not_migrated_fails_and_says_what_to_do(earmark: Earmark, postgres, database_name) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("drop schema dbos cascade")
    code, found = examine(earmark)
    assert code == 1
    assert "EARMARK_DATABASE__OWNER_URL" in found["database"]["says"]
    assert found["database"]["details"] == ["dbos"]


def test_a_database_that_is_not_there_fails_and_the_rest_is_still_looked_at(
    earmark: Earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_DATABASE__URL", f"postgresql+psycopg://earmark_app@/x?host={tmp_path}")
    code, found = examine(earmark)
    assert code == 1
    assert found["database"]["verdict"] == "fail"
    assert {"models", "policies", "law", "scripts"} <= set(found)


def test_a_tenant_that_is_not_there_is_bad_input(earmark: Earmark) -> None:
    answer = earmark("doctor", "--tenant", "nobody")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"


def test_an_account_that_records_by_itself_makes_an_installation_unfit(
    earmark: Earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Standin() as standin:
        monkeypatch.setenv("EARMARK_TWILIO__API_BASE", standin.url)
        account = standin.add_account(Account(sid="AC" + "a" * 32, auth_token="the-token", default_recording={"a": 1}))
        (tmp_path / "token").write_text("the-token")
        given = ("--account-sid", account.sid, "--auth-token-file", tmp_path / "token")
        assert earmark("tenant", "add", "acme", *ADD, *given)[0] == 0
        code, found = examine(earmark, "--tenant", "acme")
    assert code == 1
    assert [name for name, check in found.items() if check["verdict"] == "fail"] == ["default recording"]
    assert found["telephony"]["verdict"] == "ok"
    assert {found[name]["verdict"] for name in ("media access", "PCI mode")} == {"warn"}
