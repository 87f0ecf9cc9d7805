from __future__ import annotations

import re

import pytest

from pipeline.decisions.tenants import take_on
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.model.user import Role
from pipeline.ports.telephony import VendorNumber
from pipeline.store.audit import list_events
from tests.webhooks.settings.conftest import Person
from tests.webhooks.settings.test_choices import settings_of
from tests.webhooks.settings.test_connection import OTHER, at_vendor


@pytest.fixture
def fresh(stage) -> Person:
    """The only administrator of a tenant that was just taken on."""
    new = Tenant(
        id=TenantId("fresh"), display_name="Fresh", policy_id="nejix", account_sid=None, settings=TenantSettings(),
        secrets=TenantSecrets(),
    )  # fmt: skip
    take_on(stage.context.vault, new, actor="cli")
    return Person(stage, "ada", frozenset({Role.TENANT_ADMIN}), new.id)


CHOICES = {
    "display_name": "Fresh",
    "topology": "voicemail",
    "locale": "en-US",
    "establishment": "US-NY",
    "transcribe": "on",
}


EVIDENCE = {"contract": "DPA-1", "training_off_by": "the contract", "regions": "us,eu"}
DECLARED = {"name": "Ada", "role": "Counsel", "agreed": "on"}
ACCOUNT = {"account_sid": "AC" + "7" * 32, "auth_token": "t" * 32, "back": "/settings/start"}
REST = CHOICES | EVIDENCE | DECLARED | {"number": OTHER}


def tags(stage, tenant):
    with stage.context.database.transaction(tenant) as tx:
        return [e.entry.tag for e in list_events(tx)]


def test_from_an_empty_tenant_to_an_armed_number_in_two_forms(stage, fresh):
    at_vendor(stage)
    assert "No call is recorded now" in fresh.get("/settings").text
    for path, fields in (("/settings/twilio/account", ACCOUNT), ("/settings/start", REST)):
        assert f'action="{path}"' in fresh.get("/settings/start").text
        done = fresh.post(path, fields)
        assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/settings/start")
    assert "The number is armed" in fresh.get("/settings/start").text
    assert "Calls are recorded now" in fresh.get("/settings").text
    chosen = settings_of(stage, type("T", (), {"id": fresh.tenant})).settings
    assert (chosen.is_recording_on, chosen.establishment) == (True, ("US-NY",))


@pytest.mark.parametrize(
    "wrong", [{"agreed": ""}, {"name": ""}, {"contract": ""}, {"regions": ""}, {"topology": "forward"}, {"locale": "x"}]
)
def test_what_is_wrong_in_one_part_leaves_all_of_it_undone_and_written(stage, fresh, wrong):
    at_vendor(stage)
    fresh.post("/settings/twilio/account", ACCOUNT)
    before = tags(stage, fresh.tenant)
    refused = fresh.post("/settings/start", REST | {"contract": "DPA-77"} | wrong)
    assert (refused.status_code, tags(stage, fresh.tenant)) == (422, before)
    assert 'role="alert"' in refused.text
    assert ('value="DPA-77"' in refused.text) is ("contract" not in wrong)
    assert "No call is recorded now" in fresh.get("/settings").text


def test_nothing_is_declared_or_recorded_by_what_stands_in_the_form_already(stage, fresh):
    at_vendor(stage)
    fresh.post("/settings/twilio/account", ACCOUNT)
    page = fresh.get("/settings/start").text
    assert f"<option>{OTHER}</option>" in page
    assert re.search(r'name="agreed" value="on" required>', page)
    assert re.search(r'id="f-name" name="name" required [^>]*value=""', page)
    assert re.search(r'name="contract" required value=""', page)


def test_a_number_that_is_not_there_leaves_only_the_number_to_be_named(stage, fresh):
    at_vendor(stage)
    fresh.post("/settings/twilio/account", ACCOUNT)
    assert fresh.post("/settings/start", REST | {"number": "+12125550999"}).status_code == 404
    page = fresh.get("/settings/start").text
    assert 'name="number"' in page
    assert not any(f'name="{name}"' in page for name in ("contract", "agreed", "topology"))
    assert "No call is recorded now" in fresh.get("/settings").text
    assert fresh.post("/settings/start", {"number": OTHER}).status_code == 303
    assert "Calls are recorded now" in fresh.get("/settings").text


def test_what_was_declared_and_put_on_file_more_than_a_year_ago_is_asked_for_again(stage, fresh, clock):
    at_vendor(stage)
    fresh.post("/settings/twilio/account", ACCOUNT)
    fresh.post("/settings/start", REST | {"number": "+12125550999"})
    clock.move(days=366)
    later = Person(stage, "bea", frozenset({Role.TENANT_ADMIN}), fresh.tenant)
    page = later.get("/settings/start").text
    assert all(f'name="{name}"' in page for name in ("contract", "agreed", "number"))
    assert 'name="topology"' not in page
    assert later.post("/settings/start", EVIDENCE | DECLARED | {"number": OTHER}).status_code == 303


def test_of_several_numbers_none_is_chosen_already_and_a_silent_vendor_is_told(stage, fresh):
    at_vendor(stage)
    numbers = stage.context.telephony.numbers
    numbers["PN" + "2" * 32] = VendorNumber(number="+12125550888", number_sid="PN" + "2" * 32, urls=None)
    fresh.post("/settings/twilio/account", ACCOUNT)
    assert '<option value="">Choose one</option>' in fresh.get("/settings/start").text
    stage.context.telephony.is_down = True
    page = fresh.get("/settings/start")
    assert (page.status_code, "does not list the account" in page.text) == (200, True)
    assert fresh.post("/settings/start", REST).status_code == 503


def test_once_a_number_was_armed_nobody_sets_up_alone(admin):
    refused = admin.post("/settings/start", REST)
    assert (refused.status_code, "two people now" in refused.text) == (403, True)


def test_what_ran_out_after_a_number_was_armed_is_not_asked_for_where_it_would_be_refused(stage, fresh, clock):
    at_vendor(stage)
    for path, fields in (("/settings/twilio/account", ACCOUNT), ("/settings/start", REST)):
        fresh.post(path, fields)
    clock.move(days=366)
    page = Person(stage, "bea", frozenset({Role.TENANT_ADMIN}), fresh.tenant).get("/settings/start").text
    assert 'action="/settings/start"' not in page
    assert not any(f'name="{name}"' in page for name in ("contract", "agreed", "number"))
    assert 'href="/settings/twilio"' in page.split("<main")[1]


def test_what_cannot_be_in_force_is_refused_on_the_page_and_nothing_is_drafted(stage, fresh):
    refused = fresh.post("/settings/start", REST | {"topology": "forward"})
    assert refused.status_code == 422
    assert "international form" in refused.text
    assert "being written" not in fresh.get("/settings/drafts").text


def test_only_an_administrator_begins(editor):
    assert editor.get("/settings/start").status_code == 403
