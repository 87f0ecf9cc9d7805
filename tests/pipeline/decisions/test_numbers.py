from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from starlette.routing import Match

from pipeline.decisions.attest import Declarant, attest
from pipeline.decisions.numbers import (
    arm,
    clear_addresses,
    disarm,
    list_elsewhere,
    list_number,
    number_urls,
)
from pipeline.model.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPermitted,
    VendorBrokeContract,
    VendorUnavailable,
)
from pipeline.model.ids import TenantId
from pipeline.ports.telephony import VendorNumber
from pipeline.store.audit import list_events
from pipeline.store.numbers import get_number
from pipeline.store.processors import add_evidence
from pipeline.store.tenants import change_tenant, get_tenant
from tests.builders import ON_FILE
from tests.fakes import NotedQueue, NotedRecordings, NotedTelephony
from webhooks.app import create_app
from webhooks.tenancy import WebContext
from webhooks.twilio.urls import Urls

NUMBER, SID = "+16465550177", "PN" + "b" * 32
BASE = "https://earmark.example.com"
JANE = Declarant(name="Jane Roe", role="Head of Support")


@pytest.fixture
def telephony() -> NotedTelephony:
    made = NotedTelephony()
    made.numbers[SID] = VendorNumber(number_sid=SID, number=NUMBER, urls=None)
    return made


@pytest.fixture
def desk(vault, tenant, telephony):
    """One person at work on one tenant's numbers."""

    class Desk:
        def list(self, number: str = NUMBER):
            return list_number(vault, tenant.id, number, telephony=telephony, actor="cli")

        def attest(self):
            with vault.database.transaction(tenant.id) as tx:
                attest(tx, tenant, JANE, keys=vault.keys, actor="cli")

        def arm(self, named: str = NUMBER):
            return arm(vault, tenant.id, named, telephony=telephony, public_base=BASE, actor="cli")

        def disarm(self, named: str = NUMBER, reason: str = "moved"):
            with vault.database.transaction(tenant.id) as tx:
                return disarm(tx, vault, named, actor="cli", reason=reason)

        def state(self, named: str = NUMBER) -> str:
            with vault.database.transaction(tenant.id) as tx:
                return get_number(tx, named, keys=vault.keys).state

        def armed(self) -> int:
            with vault.database.transaction(tenant.id) as tx:
                return len(get_tenant(tx, keys=vault.keys).armed)

        def tags(self) -> list[str]:
            with vault.database.transaction(tenant.id) as tx:
                return [e.entry.tag for e in list_events(tx) if e.entry.tag.startswith("tenant:number:")]

    return Desk()


def test_a_number_is_armed_once_attested_set_and_read_back(desk, telephony, tenant):
    before = desk.armed()
    desk.list()
    desk.attest()
    armed = desk.arm()
    assert armed.is_armed
    assert armed.read_back_at == armed.armed_at is not None
    assert telephony.numbers[SID].urls == number_urls(BASE, tenant.id)
    assert desk.armed() == before + 1
    assert desk.tags() == ["tenant:number:listed", "tenant:number:attested", "tenant:number:armed"]


@pytest.mark.parametrize("named", [NUMBER, SID])
def test_a_number_is_named_by_itself_or_by_its_sid(desk, named):
    desk.list()
    desk.attest()
    assert desk.arm(named).number == NUMBER


@pytest.mark.clause("nejix", "3", "only to perform services on our behalf")
def test_without_evidence_about_the_vendor_nothing_is_armed(desk, vault, tenant):
    desk.list()
    desk.attest()
    with vault.database.transaction(tenant.id) as tx:
        add_evidence(tx, replace(ON_FILE[0], expires_on=date(2026, 1, 1)), actor="test")
    with pytest.raises(NotPermitted, match="no evidence in force about twilio"):
        desk.arm()


@pytest.mark.clause("nejix", "1", "You are responsible for ensuring your end-callers")
def test_without_an_attestation_nothing_is_armed_and_the_vendor_is_not_asked(desk, telephony):
    desk.list()
    with pytest.raises(NotPermitted, match="has not attested"):
        desk.arm()
    assert telephony.numbers[SID].urls is None
    assert desk.state() == "listed"


def test_an_attestation_of_more_than_a_year_arms_nothing(desk, clock):
    desk.list()
    desk.attest()
    clock.move(days=366)
    with pytest.raises(NotPermitted, match="older than a year"):
        desk.arm()


def test_a_number_that_is_not_listed_or_not_in_the_account_is_not_found(desk, telephony):
    with pytest.raises(NotFound, match="not in the tenant's account"):
        desk.list("+16465550178")
    desk.attest()
    with pytest.raises(NotFound, match="no such number is listed"):
        desk.arm()
    desk.list()
    del telephony.numbers[SID]
    with pytest.raises(NotFound, match="no longer in the tenant's account"):
        desk.arm()
    assert desk.state() == "listed"


def test_a_sid_that_came_to_stand_for_another_number_is_not_armed(desk, telephony):
    desk.list()
    desk.attest()
    telephony.numbers[SID] = replace(telephony.numbers[SID], number="+16465550178")
    with pytest.raises(NotFound):
        desk.arm()
    assert telephony.numbers[SID].urls is None


def test_a_number_that_an_application_or_a_trunk_answers_is_not_armed(desk, telephony):
    desk.list()
    desk.attest()
    telephony.numbers[SID] = replace(telephony.numbers[SID], is_voice_handled_elsewhere=True)
    with pytest.raises(Conflict, match="application or a trunk"):
        desk.arm()
    assert desk.state() == "listed"


def test_a_vendor_that_reads_back_something_else_arms_nothing(desk, telephony):
    desk.list()
    desk.attest()
    telephony.is_deaf = True
    with pytest.raises(VendorBrokeContract, match="other addresses"):
        desk.arm()
    assert desk.state() == "listed"


def test_a_vendor_that_is_down_changes_nothing(desk, telephony):
    desk.list()
    desk.attest()
    telephony.is_down = True
    with pytest.raises(VendorUnavailable):
        desk.arm()
    with pytest.raises(VendorUnavailable):
        desk.list()
    assert desk.state() == "listed"


def test_who_disarms_while_another_arms_wins(desk, telephony, vault, tenant):
    desk.list()
    desk.attest()

    class Slow(NotedTelephony):
        def point_number(self, account, number_sid, urls):
            desk.disarm()
            return telephony.point_number(account, number_sid, urls)

    slow = Slow()
    slow.numbers = telephony.numbers
    with pytest.raises(Conflict, match="meanwhile"):
        arm(vault, tenant.id, NUMBER, telephony=slow, public_base=BASE, actor="cli")
    assert desk.state() == "disarmed"


def test_a_number_is_disarmed_although_the_vendor_is_down_and_may_be_armed_again(desk, telephony, vault, tenant):
    desk.list()
    desk.attest()
    desk.arm()
    telephony.is_down = True
    before = desk.armed()
    disarmed = desk.disarm()
    assert desk.armed() == before - 1
    assert disarmed.state == "disarmed"
    with pytest.raises(VendorUnavailable):
        clear_addresses(tenant, disarmed, telephony=telephony)
    telephony.is_down = False
    clear_addresses(tenant, disarmed, telephony=telephony)
    assert telephony.numbers[SID].urls is None
    assert desk.arm().is_armed


def test_only_what_is_disarmed_and_pointed_by_the_vendor_is_cleared(desk, telephony, vault, tenant):
    desk.list()
    desk.attest()
    armed = desk.arm()
    with pytest.raises(Conflict):
        clear_addresses(tenant, armed, telephony=telephony)
    assert telephony.numbers[SID].urls is not None
    telephony.is_deaf = True
    with pytest.raises(VendorBrokeContract):
        clear_addresses(tenant, desk.disarm(), telephony=telephony)


def test_disarming_needs_a_reason_and_a_number(desk):
    desk.list()
    with pytest.raises(InvalidInput):
        desk.disarm(reason=" ")
    with pytest.raises(NotFound):
        desk.disarm("+16465550178")


@pytest.mark.parametrize("number", ["sip:desk@acme.sip.twilio.com", "sip:desk@10.0.0.1:5060", "client:desk", NUMBER])
def test_what_somebody_else_points_is_listed_and_armed_without_the_vendor(desk, vault, tenant, telephony, number):
    telephony.is_down = True
    list_elsewhere(vault, tenant.id, number, actor="cli")
    with pytest.raises(NotPermitted):
        desk.arm(number)
    desk.attest()
    armed = desk.arm(number)
    assert armed.is_armed
    assert armed.read_back_at is None


@pytest.mark.parametrize(
    "number",
    [
        "", "12125550123", "+0123456789", "+1212555012x", "+1 212 555 0123", "sip:", "client:", "sip:a b@c",
        "+" + "1" * 16, NUMBER + "\n",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(desk, vault, tenant, number):
    with pytest.raises(InvalidInput):
        list_elsewhere(vault, tenant.id, number, actor="cli")
    with pytest.raises(InvalidInput):
        desk.list(number)


def test_a_closed_tenant_arms_nothing(desk, vault, tenant):
    desk.list()
    desk.attest()
    with vault.database.transaction(tenant.id) as tx:
        change_tenant(tx, replace(tenant, is_active=False), keys=vault.keys, actor="test", changed=[])
    with pytest.raises(NotPermitted, match="closed"):
        desk.arm()


def test_another_tenants_number_is_not_found(desk, vault, telephony):
    desk.list()
    with pytest.raises(NotFound):
        arm(vault, TenantId("other"), NUMBER, telephony=telephony, public_base=BASE, actor="cli")


def test_a_number_is_pointed_where_the_web_app_listens_with_the_overrides_the_webhooks_use(vault, telephony, clock):
    urls = number_urls(BASE + "/", TenantId("acme"))
    context = WebContext(
        database=vault.database,
        objects=vault.objects,
        keys=vault.keys,
        queue=NotedQueue(),
        recordings=NotedRecordings(),
        telephony=telephony,
        clock=clock,
        public_base=BASE,
    )
    routes = create_app(context).routes
    for name, url in (("voice", urls.voice), ("fallback", urls.fallback), ("status", urls.status)):
        assert url.startswith(f"{BASE}/twilio/acme/{name}#")
        asked = {"type": "http", "method": "POST", "path": f"/twilio/acme/{name}", "headers": []}
        assert any(route.matches(asked)[0] is Match.FULL for route in routes)
    web = Urls(public_base=BASE, tenant=TenantId("acme"))
    document, told = web.dial_end("CA1").partition("#")[2], web.recording().partition("#")[2]
    assert {urls.voice.partition("#")[2], urls.fallback.partition("#")[2]} == {document}
    assert urls.status.partition("#")[2] == told
