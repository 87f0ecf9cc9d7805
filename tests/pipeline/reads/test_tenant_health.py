from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.model.errors import VendorRefused
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.model.tenant_notice import NoticeKind
from pipeline.reads.health_report import Finding, Verdict
from pipeline.reads.tenant_health import (
    Recognisers,
    check_keys,
    check_notices,
    check_retention,
    check_tenants,
    check_vendor,
)
from pipeline.store.processors import add_evidence
from pipeline.store.retention_runs import add_run
from pipeline.store.session import Database
from pipeline.store.tenant_notices import add_notice
from pipeline.store.tenants import change_tenant
from pipeline.store.vault import Vault
from pipeline.vendors.key_file import FileKeys
from tests.builders import ON_FILE
from tests.conftest import MovableClock, make_tenant
from tests.fakes import NotedRecordings

BOTH = Recognisers(processors={"local": None, "deepgram": "deepgram"}, configured=("local", "deepgram"))
TODAY = date(2026, 11, 21)
LOCAL = Recognisers(processors=BOTH.processors, configured=("local",))


class RefusingRecordings(NotedRecordings):
    """A vendor that knows nobody."""

    def _answer(self, operation: str) -> None:
        raise VendorRefused("twilio", operation, status=401)


def verdicts(findings: list[Finding]) -> list[Verdict]:
    return [finding.verdict for finding in findings]


@pytest.mark.parametrize(
    ("policy_id", "engines", "recognisers", "expected"),
    [
        ("nejix", ("local",), LOCAL, [Verdict.OK]),
        ("nejix", ("deepgram", "local"), BOTH, [Verdict.WARN]),
        ("nejix", ("deepgram",), BOTH, [Verdict.WARN, Verdict.FAIL]),
        ("connekz", ("deepgram", "local"), BOTH, [Verdict.OK]),
        ("connekz", ("deepgram",), LOCAL, [Verdict.WARN, Verdict.FAIL]),
        ("connekz", ("whisperer", "local"), BOTH, [Verdict.WARN]),
    ],
)
def test_a_tenant_is_told_which_recognisers_it_can_never_use(
    database: Database,
    keys: FileKeys,
    vault: Vault,
    policy_id: str,
    engines: tuple[str, ...],
    recognisers: Recognisers,
    expected: list[Verdict],
) -> None:
    tenant = make_tenant(database, keys, policy_id=policy_id, engines=engines)
    assert verdicts(list(check_tenants(vault, [tenant.id], recognisers, today=TODAY))) == expected


def test_a_recogniser_that_is_not_listed_is_told_with_the_clause(
    database: Database, keys: FileKeys, vault: Vault
) -> None:
    tenant = make_tenant(database, keys, engines=("deepgram", "local"))
    (finding,) = check_tenants(vault, [tenant.id], BOTH, today=TODAY)
    assert "nejix §3 “Key sub-processors include”" in finding.says


def test_a_tenant_whose_policy_is_gone_fails(database: Database, keys: FileKeys, vault: Vault) -> None:
    tenant = make_tenant(database, keys, policy_id="retired")
    assert verdicts(list(check_tenants(vault, [tenant.id], BOTH, today=TODAY))) == [Verdict.FAIL]


def test_a_key_that_was_exchanged_or_destroyed_fails_and_names_its_tenant_alone(
    database: Database, keys: FileKeys, vault: Vault
) -> None:
    sound, destroyed = make_tenant(database, keys, "sound"), make_tenant(database, keys, "destroyed")
    assert verdicts(list(check_keys(vault, [sound.id, destroyed.id]))) == [Verdict.OK]
    keys.destroy_tenant_key(destroyed.id)
    (finding,) = check_keys(vault, [sound.id, destroyed.id])
    assert finding.verdict is Verdict.FAIL
    assert finding.says.startswith("destroyed: ")


def test_an_installation_without_tenants_has_nothing_to_say_of_them(vault: Vault, clock: MovableClock) -> None:
    assert verdicts(list(check_keys(vault, []))) == [Verdict.OK]
    assert list(check_tenants(vault, [], BOTH, today=TODAY)) == []
    assert list(check_vendor(vault, [], NotedRecordings(), now=clock.now())) == []


def test_a_vendor_that_knows_the_tenant_is_well(tenant: Tenant, vault: Vault, clock: MovableClock) -> None:
    assert verdicts(list(check_vendor(vault, [tenant.id], NotedRecordings(), now=clock.now()))) == [Verdict.OK]


def test_a_vendor_that_refuses_the_credentials_fails_and_names_the_tenant(
    tenant: Tenant, vault: Vault, clock: MovableClock
) -> None:
    (finding,) = check_vendor(vault, [tenant.id], RefusingRecordings(), now=clock.now())
    assert finding.verdict is Verdict.FAIL
    assert finding.says.startswith(f"{tenant.id}: ")


def test_a_vendor_that_does_not_answer_is_a_warning_and_is_asked_once(
    tenant: Tenant, vault: Vault, clock: MovableClock
) -> None:
    vendor = NotedRecordings()
    vendor.is_down = True
    found = list(check_vendor(vault, [tenant.id, TenantId(tenant.id)], vendor, now=clock.now()))
    assert verdicts(found) == [Verdict.WARN]
    assert "2 tenants" in found[0].says


@pytest.mark.parametrize(
    ("days", "expected"), [(0, Verdict.FAIL), (1, Verdict.WARN), (60, Verdict.WARN), (61, Verdict.OK)]
)
@pytest.mark.clause("nejix", "3", "only to perform services on our behalf")
def test_a_company_whose_evidence_ends_is_named_before_it_receives_nothing(
    vault: Vault, tenant: Tenant, days: int, expected: Verdict
) -> None:
    with vault.database.transaction(tenant.id) as tx:
        add_evidence(tx, replace(ON_FILE[0], expires_on=TODAY + timedelta(days=days)), actor="test")
    (finding,) = check_tenants(vault, [tenant.id], LOCAL, today=TODAY)
    assert finding.verdict is expected
    if expected is not Verdict.OK:
        assert f"{tenant.id}: twilio" in finding.says


def test_a_tenant_that_waits_to_be_told_and_that_nothing_reaches_is_a_warning(
    database: Database, keys: FileKeys, vault: Vault, tenant: Tenant
) -> None:
    assert list(check_notices(vault, [tenant.id])) == []
    with database.transaction(tenant.id) as tx:
        add_notice(tx, NoticeKind.CHILD, subject=("recording", "rec_1"), cause="tenant_flag")
    (finding,) = check_notices(vault, [tenant.id])
    assert finding.verdict is Verdict.WARN
    assert finding.says.startswith(f"{tenant.id}: ")
    with database.transaction(tenant.id) as tx:
        secrets = replace(tenant.secrets, contact_email="legal@acme.example")
        change_tenant(tx, replace(tenant, secrets=secrets), keys=keys, actor="test", changed=[])
    assert list(check_notices(vault, [tenant.id])) == []


def test_a_nightly_run_that_did_not_come_to_its_end_for_two_days_is_a_warning(
    database: Database, vault: Vault, tenant: Tenant
) -> None:
    assert list(check_retention(vault, [tenant.id], today=TODAY)) == []
    with database.transaction(tenant.id) as tx:
        add_run(tx, on=TODAY, counts={})
    assert list(check_retention(vault, [tenant.id], today=TODAY + timedelta(days=1))) == []
    (finding,) = check_retention(vault, [tenant.id], today=TODAY + timedelta(days=2))
    assert (finding.verdict, str(TODAY) in finding.says) == (Verdict.WARN, True)
