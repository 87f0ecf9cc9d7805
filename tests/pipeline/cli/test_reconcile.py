from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from samples.scenario import Fault
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


@pytest.fixture
def standin(postgres: EmbeddedPostgres, database_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    with Standin() as standin:
        monkeypatch.setenv("EARMARK_TWILIO__API_BASE", standin.url)
        yield standin


@pytest.fixture
def take_on(earmark: Earmark, standin: Standin, tmp_path: Path):
    """Take a tenant with an account on, and give its account at the stand-in."""

    def add(name: str) -> AtTwilio:
        digest = hashlib.sha256(name.encode()).hexdigest()
        token, sid = tmp_path / f"{name}.token", "AC" + digest[:32]
        token.write_text(digest)
        options = ("--policy", "nejix", "--display-name", name, "--account-sid", sid, "--auth-token-file", token)
        code, _, err = earmark("tenant", "add", name, *options)
        assert code == 0, err
        owner = Tenant(
            id=TenantId(name),
            display_name=name,
            policy_id="nejix",
            account_sid=sid,
            settings=TenantSettings(),
            secrets=TenantSecrets(auth_token=digest),
        )
        return AtTwilio(standin, owner)

    return add


def test_every_tenant_is_compared_and_the_counts_are_told(earmark, take_on, acme):
    take_on("beta").record()
    take_on("gamma")
    told = {one["tenant"]: one for one in document(earmark("reconcile", "--json"))}
    assert told["acme"] == {"tenant": "acme", "is_compared": False}
    assert (told["beta"]["taken_up"], told["gamma"]["taken_up"]) == (1, 0)
    assert document(earmark("reconcile", "--tenant", "beta", "--json"))[0]["taken_up"] == 0


def test_people_see_a_table(earmark, take_on, acme):
    take_on("beta").record()
    code, out, _ = earmark("reconcile")
    assert code == 0
    assert "has no account" in out
    assert "taken up" in out


def test_since_is_as_it_was_given(earmark, take_on):
    take_on("beta")
    [told] = document(earmark("reconcile", "--since", "2026-01-05T10:00:00", "--json"))
    assert told["since"] == "2026-01-05T10:00:00+00:00"


def test_with_the_vendor_away_it_is_one_line_and_exit_1(earmark, take_on, standin):
    take_on("beta").record()
    standin.ledger.add_fault(Fault(path="*Recordings.json*", status=503, times=50))
    code, out, err = earmark("reconcile", "--tenant", "beta")
    assert code == 1
    assert "twilio: list recordings" in told_in_one_line(code, out, err)


def test_one_tenant_that_fails_keeps_no_other_from_being_compared(earmark, take_on, standin):
    beta = take_on("beta")
    take_on("gamma").record()
    beta.account.auth_token = "another"
    code, out, err = earmark("reconcile", "--json")
    told = {one["tenant"]: one for one in json.loads(out)}
    assert (code, err) == (1, "earmark: 1 of 2 tenants could not be compared\n")
    assert "error" in told["beta"]
    assert told["gamma"]["taken_up"] == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--tenant", "nobody"), "no tenant nobody"),
        (("--tenant", "../x"), "a tenant is"),
        (("--since", "yesterday"), "--since is a moment"),
        (("--since", "2999-01-01T00:00:00+00:00"), "future"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(earmark, standin, options, says):
    code, out, err = earmark("reconcile", *options)
    assert code == 2
    assert says in told_in_one_line(code, out, err)
