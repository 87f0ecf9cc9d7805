from __future__ import annotations

from dataclasses import replace

from pipeline.decisions.tenants import change_settings
from tests.webhooks.settings.conftest import find
from tests.webhooks.settings.test_choices import draft_of, settings_of


def drafted(stage, owner, editor) -> str:
    editor.post("/settings/choices/retention", {"days:recording.original": "30"})
    return draft_of(stage, owner).id


def revision(person, draft) -> str:
    return find(r'name="revision" value="(\d+)"', person.get(f"/settings/drafts/{draft}"))


def test_a_stranger_finds_no_draft_and_cannot_tell_it_from_one_that_never_was(stage, owner, editor, stranger):
    draft = drafted(stage, owner, editor)
    answers = [stranger.get(f"/settings/drafts/{name}") for name in (draft, "sdr_never")]
    acts = [stranger.post(f"/settings/drafts/{name}/submit", {"revision": "1"}) for name in (draft, "sdr_never")]
    assert {a.status_code for a in (*answers, *acts)} == {404}
    assert stranger.post(f"/settings/decide/{draft}", {"revision": "1", "answer": "activate"}).status_code == 404


def test_a_change_is_dropped_and_a_draft_taken_back(stage, owner, editor):
    draft = drafted(stage, owner, editor)
    fields = {"revision": revision(editor, draft), "name": "retention_days"}
    assert editor.post(f"/settings/drafts/{draft}/drop", fields).status_code == 303
    assert draft_of(stage, owner).changes.is_empty
    assert editor.post(f"/settings/drafts/{draft}/withdraw", {"revision": revision(editor, draft)}).status_code == 303
    assert draft_of(stage, owner) is None
    assert ">taken back<" in editor.get(f"/settings/drafts/{draft}").text


def test_whoever_decides_over_an_older_look_is_told_and_a_draft_under_changed_settings_is_held_anew(
    stage, owner, editor, admin
):
    draft = drafted(stage, owner, editor)
    editor.post(f"/settings/drafts/{draft}/submit", {"revision": revision(editor, draft)})
    assert admin.post(f"/settings/decide/{draft}", {"revision": "1", "answer": "activate"}).status_code == 409
    change_settings(
        stage.context.vault,
        owner.id,
        lambda found: replace(found, settings=replace(found.settings, voicemail_s=60)),
        actor="cli",
    )
    page = admin.get(f"/settings/drafts/{draft}")
    assert "/rebase" in page.text
    assert 'value="activate"' not in page.text
    fields = {"revision": revision(admin, draft)}
    assert admin.post(f"/settings/decide/{draft}", fields | {"answer": "activate"}).status_code == 409
    assert admin.post(f"/settings/drafts/{draft}/rebase", fields).status_code == 303
    fields = {"revision": revision(admin, draft), "answer": "activate"}
    assert admin.post(f"/settings/decide/{draft}", fields).status_code == 303
    assert settings_of(stage, owner).settings.retention_days


def test_an_editor_decides_nothing_and_a_rejection_says_why(stage, owner, editor, admin):
    draft = drafted(stage, owner, editor)
    editor.post(f"/settings/drafts/{draft}/submit", {"revision": revision(editor, draft)})
    fields = {"revision": revision(editor, draft), "answer": "reject", "reason": "too short"}
    assert editor.post(f"/settings/decide/{draft}", fields).status_code == 403
    assert admin.post(f"/settings/decide/{draft}", fields | {"reason": ""}).status_code == 422
    assert admin.post(f"/settings/decide/{draft}", fields).status_code == 303
    assert "too short" in admin.get(f"/settings/drafts/{draft}").text


def test_there_is_no_such_act(stage, owner, editor):
    assert editor.post(f"/settings/drafts/{drafted(stage, owner, editor)}/dance", {"revision": "1"}).status_code == 404
