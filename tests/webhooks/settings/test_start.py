from __future__ import annotations

import pytest

from pipeline.decisions.tenants import take_on
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.model.user import Role
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


def test_from_an_empty_tenant_to_an_armed_number_in_five_forms(stage, fresh):
    at_vendor(stage)
    back = {"back": "/settings/start"}
    assert "No call is recorded now" in fresh.get("/settings").text
    posts = (
        ("/settings/twilio/account", {"account_sid": "AC" + "7" * 32, "auth_token": "t" * 32}),
        ("/settings/start", CHOICES),
        ("/settings/twilio/evidence", {"contract": "DPA-1", "training_off_by": "the contract", "regions": "us,eu"}),
        ("/settings/twilio/attest", {"name": "Ada", "role": "Counsel", "agreed": "on"}),
        ("/settings/twilio/numbers", {"number": OTHER, "arm": "on"}),
    )
    for path, fields in posts:
        assert f'action="{path}"' in fresh.get("/settings/start").text
        done = fresh.post(path, fields | back)
        assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/settings/start")
    assert "The number is armed" in fresh.get("/settings/start").text
    assert "Calls are recorded now" in fresh.get("/settings").text
    chosen = settings_of(stage, type("T", (), {"id": fresh.tenant})).settings
    assert (chosen.is_recording_on, chosen.establishment) == (True, ("US-NY",))


def test_once_a_number_was_armed_nobody_sets_up_alone(admin):
    assert admin.post("/settings/start", CHOICES).status_code == 403


def test_what_cannot_be_in_force_is_refused_on_the_page_and_nothing_is_drafted(stage, fresh):
    refused = fresh.post("/settings/start", CHOICES | {"topology": "forward"})
    assert refused.status_code == 422
    assert "international form" in refused.text
    assert "being written" not in fresh.get("/settings/drafts").text


def test_only_an_administrator_begins(editor):
    assert editor.get("/settings/start").status_code == 403
