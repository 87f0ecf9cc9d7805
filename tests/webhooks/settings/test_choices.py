from __future__ import annotations

import pytest

from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.settings_drafts import find_own_draft
from pipeline.store.tenants import get_tenant
from tests.webhooks.settings.conftest import Person, find


def draft_of(stage, owner, actor="user:ben"):
    with stage.context.database.transaction(owner.id) as tx:
        return find_own_draft(tx, actor, keys=stage.context.keys)


def settings_of(stage, owner):
    with stage.context.database.transaction(owner.id) as tx:
        return get_tenant(tx, keys=stage.context.keys)


def test_thirty_days_are_drafted_submitted_and_activated_by_another_and_then_in_force(stage, owner, editor, admin):
    saved = editor.post("/settings/choices/retention", {"days:recording.original": "30"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/settings/choices/retention?done=saved")
    assert settings_of(stage, owner).settings.retention_days == {}
    draft = draft_of(stage, owner)
    page = editor.get(f"/settings/drafts/{draft.id}")
    assert "recording.original: 30" in page.text
    sent = editor.post(
        f"/settings/drafts/{draft.id}/submit", {"revision": find(r'name="revision" value="(\d+)"', page)}
    )
    assert sent.status_code == 303
    assert 'value="activate"' not in editor.get(f"/settings/drafts/{draft.id}").text
    decided = admin.get(f"/settings/drafts/{draft.id}")
    fields = {"revision": find(r'name="revision" value="(\d+)"', decided), "answer": "activate", "reason": "canary"}
    assert admin.post(f"/settings/decide/{draft.id}", fields).status_code == 303
    assert settings_of(stage, owner).settings.retention_days == {"recording.original": 30}
    history = admin.get("/settings/drafts").text
    assert "user:ben" in history
    assert "canary" not in history


def test_a_period_outside_the_limits_is_refused_on_the_page_and_nothing_is_drafted(stage, owner, editor):
    refused = editor.post("/settings/choices/retention", {"days:consent.receipt": "5"})
    assert refused.status_code == 422
    assert "consent.receipt may be kept" in refused.text
    assert 'value="5"' in refused.text
    assert draft_of(stage, owner) is None
    unshown = editor.post("/settings/choices/retention", {"regulated_in": "HU"})
    assert (unshown.status_code, "nothing is on file" in unshown.text) == (422, True)
    shown = editor.post("/settings/choices/retention", {"regulated_in": "HU", "regulated_evidence": "HU: canary 7"})
    assert shown.status_code == 303
    page = editor.get("/settings/choices/retention").text
    assert 'value="HU"' in page
    assert "canary" not in page + editor.get(f"/settings/drafts/{draft_of(stage, owner).id}").text


def test_the_limits_and_their_clause_stand_beside_each_field(admin):
    page = admin.get("/settings/choices/retention").text
    assert page.count("connekz §") >= 11
    assert 'min="' in page


def test_training_that_the_policy_forbids_cannot_be_chosen_and_says_by_which_clause(stage, admin):
    nejix = stage.tenant("nejix-one", policy="nejix", topology="voicemail")
    page = Person(stage, "ada", frozenset({Role.TENANT_ADMIN}), nejix.id).get("/settings/choices/training").text
    assert "nejix §" in page


def test_words_and_addresses_are_never_written_back(stage, owner, editor):
    fields = {
        "entity_set": "default", "text_style": "type", "audio_style": "beep", "hide_words": "canary heron\ncanary two",
        "threshold": "0,2", "threshold:PERSON": "0.1", "padding_ms": "300",
    }  # fmt: skip
    assert editor.post("/settings/choices/redaction", fields).status_code == 303
    page = editor.get("/settings/choices/redaction").text
    assert "canary" not in page + editor.get(f"/settings/drafts/{draft_of(stage, owner).id}").text
    assert "2 words are kept" in page
    changes = draft_of(stage, owner).changes
    assert changes.secrets == {"hide_words": ["canary heron", "canary two"]}
    assert (changes.settings["threshold"], changes.settings["thresholds"]) == (0.2, {"PERSON": 0.1})
    with stage.context.database.transaction(owner.id) as tx:
        assert "canary" not in str(list(list_events(tx)))


def test_saving_what_stands_already_changes_nothing(stage, owner, editor):
    fields = {
        "display_name": "Acme", "is_recording_on": "on", "is_transcription_on": "on", "on_decline": "continue",
        "topology": "voicemail", "voicemail_s": "120", "locale": "en-US",
    }  # fmt: skip
    assert editor.post("/settings/choices/calls", fields).status_code == 303
    assert draft_of(stage, owner).changes.is_empty


@pytest.mark.parametrize("fields", [{"threshold": "high"}, {"padding_ms": "wide"}, {"entity_set": "none"}])
def test_what_is_no_value_is_refused_on_the_page(editor, fields):
    full = {"entity_set": "default", "text_style": "type", "audio_style": "beep"} | fields
    assert editor.post("/settings/choices/redaction", full).status_code == 422


def test_there_is_no_such_page(admin):
    assert admin.get("/settings/choices/nonsense").status_code == 404
    assert admin.post("/settings/choices/nonsense").status_code == 404


def test_a_choice_is_saved_and_submitted_at_once_and_another_still_decides(editor, admin):
    sent = editor.post("/settings/choices/retention", {"days:recording.original": "30", "then": "submit"})
    here = sent.headers["location"].split("?")[0]
    assert (sent.status_code, here.startswith("/settings/drafts/sdr_")) == (303, True)
    assert f'href="{here}">Look at them' in admin.get("/settings").text
    assert "An administrator who had no hand in it decides." in editor.get(here).text
