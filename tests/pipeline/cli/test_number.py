from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.consent import jws
from pipeline.decisions.attest import TYP
from samples.scenario import Fault
from samples.twilio_standin import Account, Standin
from samples.twilio_standin.ledger import NumberEntry, new_sid
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

NUMBER, OTHER = "+16465550177", "+16465550178"
DECLARED = ("--agree", "--name", "Jane Roe", "--role", "Head of Support")


TODAY = datetime.now(tz=UTC).date()
ON_FILE = (
    *("--contract", "DPA-1", "--training-off-by", "the contract", "--region", "us"),
    *("--evidence-on", TODAY.isoformat(), "--expires-on", (TODAY + timedelta(days=365)).isoformat()),
)


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    with Standin() as standin:
        monkeypatch.setenv("EARMARK_TWILIO__API_BASE", standin.url)
        monkeypatch.setenv("EARMARK_WEB__PUBLIC_BASE", "https://earmark.example.com")
        yield standin


@pytest.fixture
def number(standin: Standin, earmark: Earmark, tmp_path: Path) -> NumberEntry:
    """A number in the account of a tenant that was just taken on."""
    account = standin.add_account(Account(sid=new_sid("AC"), auth_token="the-token"))
    (tmp_path / "token").write_text("the-token\n")
    given = ("--account-sid", account.sid, "--auth-token-file", tmp_path / "token")
    assert earmark("tenant", "add", "acme", "--policy", "nejix", "--display-name", "Acme", *given)[0] == 0
    assert earmark("processor", "record", "twilio", "--tenant", "acme", *ON_FILE)[0] == 0
    return standin.ledger.add_number(account, NUMBER)


@pytest.fixture
def run(earmark: Earmark) -> Earmark:
    return lambda *arguments: earmark("number", *arguments, "--tenant", "acme")


def test_from_the_first_list_to_an_armed_number_and_back(run: Earmark, number: NumberEntry) -> None:
    assert [n["state"] for n in document(run("list", "--json"))] == [None]
    assert document(run("add", NUMBER, "--json"))["state"] == "listed"
    attested = document(run("attest", *DECLARED, "--json"))
    armed = document(run("arm", NUMBER, "--json"))
    assert (armed["state"], armed["attestation"], armed["number_sid"]) == ("armed", attested["attestation"], number.sid)
    assert number.settings["voice_url"] == "https://earmark.example.com/twilio/acme/voice#rc=2&rp=5xx,ct,rt"
    assert number.settings["status_callback_method"] == "POST"
    (line,) = document(run("list", "--json"))
    assert (line["state"], line["points_at_us"], line["is_in_account"]) == ("armed", True, True)
    assert document(run("disarm", number.sid, "--reason", "moved", "--clear", "--json"))["state"] == "disarmed"
    assert number.settings["voice_url"] == ""


def test_numbers_are_masked_wherever_they_are_printed(run: Earmark, number: NumberEntry) -> None:
    asked = [
        ("list",), ("list", "--json"), ("list", "--offline"), ("add", NUMBER), ("show", NUMBER, "--json"),
        ("show", number.sid), ("attest", *DECLARED), ("arm", NUMBER), ("disarm", NUMBER, "--reason", "moved"),
    ]  # fmt: skip
    for arguments in asked:
        code, out, err = run(*arguments)
        assert code == 0, err
        assert NUMBER[2:] not in out + err
        assert "Roe" not in out + err
    assert "…0177" in run("list")[1]


def test_the_wording_is_printed_before_it_is_declared(run: Earmark, number: NumberEntry) -> None:
    shown = document(run("attest", "--wording", "--json"))
    assert "responsible for informing everyone" in shown["text"]
    answer = run("attest", "--name", "Jane Roe", "--role", "Head")
    assert answer[0] == 2
    assert "--wording" in told_in_one_line(*answer)
    run("add", NUMBER)
    assert "has not attested" in told_in_one_line(*run("arm", NUMBER))


def test_what_cannot_be_is_told_in_one_line_and_changes_nothing(
    run: Earmark, number: NumberEntry, standin: Standin
) -> None:
    assert told_in_one_line(*run("add", OTHER)) == "the number is not in the tenant's account at the vendor"
    assert told_in_one_line(*run("arm", OTHER)).startswith("the tenant has not attested")
    run("attest", *DECLARED)
    assert told_in_one_line(*run("arm", OTHER)) == "no such number is listed for the tenant"
    run("add", NUMBER)
    number.settings["voice_application_sid"] = "AP" + "a" * 32
    assert "application or a trunk" in told_in_one_line(*run("arm", NUMBER))
    number.settings["voice_application_sid"] = ""
    number.ignored = frozenset({"voice_fallback_url"})
    answer = run("arm", NUMBER)
    assert answer[0] == 1
    assert "reads back other addresses" in told_in_one_line(*answer)
    number.ignored = frozenset()
    standin.ledger.add_fault(Fault(path="*IncomingPhoneNumbers*", status=401, times=100))
    assert run("arm", NUMBER)[0] == 1
    assert document(run("show", NUMBER, "--json"))["state"] == "listed"


def test_a_twilio_that_is_not_there_is_told_in_one_line_and_changes_nothing(
    run: Earmark, number: NumberEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", NUMBER)
    run("attest", *DECLARED)
    run("arm", NUMBER)
    monkeypatch.setenv("EARMARK_TWILIO__API_BASE", "http://127.0.0.1:9")
    for arguments in (("list",), ("arm", NUMBER), ("add", NUMBER)):
        answer = run(*arguments)
        assert answer[0] == 1
        told_in_one_line(*answer)
    answer = run("disarm", NUMBER, "--reason", "moved", "--clear")
    assert answer[0] == 1
    assert document(run("show", NUMBER, "--json"))["state"] == "disarmed"


def test_a_line_that_somebody_else_points_needs_no_twilio(
    run: Earmark, number: NumberEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_TWILIO__API_BASE", "http://127.0.0.1:9")
    run("attest", *DECLARED)
    assert document(run("add", "client:desk", "--elsewhere", "--json"))["number_sid"] is None
    assert document(run("arm", "client:desk", "--json"))["state"] == "armed"


@pytest.mark.parametrize("name", ["nobody", "../x", ""])
def test_a_tenant_that_is_not_there_is_bad_input(earmark: Earmark, standin: Standin, name: str) -> None:
    for arguments in (("list",), ("add", NUMBER), ("arm", NUMBER), ("show", NUMBER), ("attest", *DECLARED)):
        answer = earmark("number", *arguments, "--tenant", name)
        assert answer[0] == 2
        assert "555" not in told_in_one_line(*answer)


def test_the_real_vendor_is_pointed_at_no_address_it_could_not_reach(
    run: Earmark, number: NumberEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", NUMBER)
    run("attest", *DECLARED)
    monkeypatch.setenv("EARMARK_TWILIO__API_BASE", "https://127.0.0.1:9")
    monkeypatch.setenv("EARMARK_WEB__PUBLIC_BASE", "http://127.0.0.1:8300")
    answer = run("arm", NUMBER)
    assert answer[0] == 2
    assert "EARMARK_WEB__PUBLIC_BASE" in told_in_one_line(*answer)


def test_what_was_declared_is_listed_without_a_name_and_written_out_as_it_was_signed(
    run: Earmark, number: NumberEntry, tmp_path: Path
) -> None:
    out = tmp_path / "attestation.jws"
    assert document(run("attested", "--json")) == []
    answer = run("attested", "--out", out)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert not out.exists()
    first = document(run("attest", *DECLARED, "--json"))
    code, listed, _ = run("attested", "--out", out, "--json")
    assert document((code, listed, "")) == [first]
    assert "Roe" not in listed
    said = json.loads(jws.verify(out.read_text().strip(), typ=TYP).payload)
    assert said["declared_by"] == {"name": "Jane Roe", "role": "Head of Support"}
    assert out.stat().st_mode & 0o777 == 0o600
