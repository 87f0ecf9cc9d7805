from __future__ import annotations

import re

from pipeline.ports.telephony import VendorNumber
from pipeline.store.audit import list_events
from tests.webhooks.settings.conftest import find
from tests.webhooks.settings.test_choices import settings_of

OTHER = "+12125550177"


def at_vendor(stage, number: str = OTHER) -> None:
    sid = "PN" + "1" * 32
    stage.context.telephony.numbers[sid] = VendorNumber(number=number, number_sid=sid, urls=None)


def test_the_connection_shows_which_secrets_there_are_and_none_of_them(admin, owner):
    page = admin.get("/settings/twilio").text
    assert owner.secrets.auth_token not in page
    assert "+13035550100" not in page
    assert "not attested" in page


def test_an_account_is_taken_and_its_token_kept_sealed(admin, stage, owner):
    sid = "AC" + "7" * 32
    assert admin.post("/settings/twilio/account", {"account_sid": sid, "auth_token": "canary"}).status_code == 303
    assert (settings_of(stage, owner).account_sid, settings_of(stage, owner).secrets.auth_token) == (sid, "canary")
    assert admin.post("/settings/twilio/account", {"account_sid": "AC1"}).status_code == 422
    history = admin.get("/settings/drafts").text
    assert "auth_token" in history
    with stage.context.database.transaction(owner.id) as tx:
        assert "canary" not in history + str(list(list_events(tx)))


def test_a_number_is_listed_armed_after_the_declaration_and_disarmed(admin, stage):
    at_vendor(stage)
    assert admin.post("/settings/twilio/numbers", {"number": OTHER, "arm": "on"}).status_code == 403
    fields = {"name": "Ada", "role": "Counsel"}
    assert admin.post("/settings/twilio/attest", fields).status_code == 422
    assert admin.post("/settings/twilio/attest", fields | {"agreed": "on"}).status_code == 303
    assert admin.post("/settings/twilio/numbers", {"number": OTHER, "arm": "on"}).status_code == 303
    page = admin.get("/settings/twilio")
    ids = set(re.findall(r"/settings/twilio/numbers/(num_\w+)/disarm", page.text))
    assert len(ids) == 2
    for id in ids:
        assert admin.post(f"/settings/twilio/numbers/{id}/disarm").status_code == 303
    assert "/disarm" not in admin.get("/settings/twilio").text
    id = find(r"/numbers/(num_[a-z0-9]+)/arm", admin.get("/settings/twilio"))
    assert admin.post(f"/settings/twilio/numbers/{id}/arm").status_code == 303
    assert "/disarm" in admin.get("/settings/twilio").text


def test_the_doctor_is_asked_when_somebody_says_so(admin):
    page = admin.post("/settings/twilio/check")
    assert page.status_code == 200
    assert "attestation" in page.text


def test_evidence_is_put_on_file_and_what_proves_nothing_is_refused(admin, stage, owner):
    fields = {"contract": "DPA-9", "training_off_by": "the contract", "regions": "us, eu", "expires_on": "2027-06-01"}
    assert admin.post("/settings/twilio/evidence", fields).status_code == 303
    assert "DPA-9" in {entry.contract for entry in settings_of(stage, owner).registry}
    about = fields | {"company": "deepgram", "back": "/settings/choices/processors"}
    assert admin.post("/settings/twilio/evidence", about).headers["location"].startswith("/settings/choices/processors")
    assert ("deepgram", "DPA-9") in {(entry.name, entry.contract) for entry in settings_of(stage, owner).registry}
    for wrong in ({"contract": ""}, {"expires_on": "soon"}, {"regions": ""}):
        assert admin.post("/settings/twilio/evidence", fields | wrong).status_code == 422


def test_a_form_leads_back_to_its_page_and_nowhere_else(admin):
    fields = {"contract": "DPA-9", "training_off_by": "the contract", "regions": "us"}
    back = admin.post("/settings/twilio/evidence", fields | {"back": "/settings/start"}).headers["location"]
    assert back == "/settings/start?done=done"
    away = admin.post("/settings/twilio/evidence", fields | {"back": "https://evil.example/"}).headers["location"]
    assert away == "/settings/twilio?done=done"


def test_only_an_administrator_connects(editor):
    assert editor.post("/settings/twilio/check").status_code == 403
    assert editor.post("/settings/twilio/numbers", {"number": OTHER}).status_code == 403
