from __future__ import annotations

from tests.webhooks.settings.conftest import Person
from tests.webhooks.settings.test_choices import draft_of
from tests.webhooks.settings.test_drafts import drafted, revision


def test_what_really_happens_stands_first_with_its_reason_and_clause(admin, stage, owner):
    page = admin.get("/settings").text
    assert "Calls are recorded now" in page
    assert "connekz §" in page
    assert "+13035550100" not in page
    assert "policies and recognisers fit" in page
    other = stage.tenant("quiet", is_recording_on=False, is_transcription_on=False, topology="voicemail")
    quiet = Person(stage, "ada", admin.roles, other.id).get("/settings").text
    assert "No call is recorded now" in quiet
    assert "Recording is switched off." in quiet


def test_a_draft_that_waits_is_told(admin, editor, stage, owner):
    draft = drafted(stage, owner, editor)
    assert "1 draft waits" not in admin.get("/settings").text
    editor.post(f"/settings/drafts/{draft}/submit", {"revision": revision(editor, draft)})
    assert "1 draft waits" in admin.get("/settings").text
    assert draft_of(stage, owner) is None
