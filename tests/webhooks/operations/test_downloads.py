from __future__ import annotations

from pipeline.decisions.children import note_child
from pipeline.model.user import Role
from tests.conftest import make_tenant
from tests.disposal import a_whole_recording
from tests.webhooks.sign_in.people import seated


def test_what_the_policy_promises_is_handed_out_as_files_and_no_hidden_word_with_it(desk):
    admin = desk.sits("adm", Role.TENANT_ADMIN)
    assert "Nothing is published yet." in admin.get("/operations/downloads").text
    recording = a_whole_recording(desk.line)
    assert recording.id in admin.get("/operations/downloads").text
    here = f"/operations/downloads/{recording.id}"
    page = admin.get(here).text
    assert (page.count(">allowed<"), page.count("There is none."), "structured, machine-readable" in page) == (
        2,
        1,
        True,
    )
    for kind, form, media in (
        ("recording.redacted", "wav", "audio/wav"),
        ("transcript.redacted", "json", "application/json"),
        ("transcript.redacted", "txt", "text/plain; charset=utf-8"),
    ):
        handed = admin.get(f"{here}/{kind}/{form}")
        assert (handed.status_code, handed.headers["content-type"]) == (200, media)
        assert handed.headers["content-disposition"] == f'attachment; filename="{recording.id}.{kind}.{form}"'
        assert handed.headers["cache-control"] == "no-store"
        assert b"canaryname" not in handed.content
    assert f'href="{here}/vcon"' in page
    handed = admin.get(f"{here}/vcon")
    assert (handed.status_code, set(handed.json())) == (200, {"payload", "signatures"})
    assert handed.headers["cache-control"] == "no-store"
    read = [event for event in desk.line.events("artifact:artifact:read") if event["reason"] == "download"]
    assert len([event for event in read if "form" in event]) == 3
    assert {event["kind"] for event in read if "form" not in event} >= {"recording.redacted", "consent.receipt"}


def test_a_refusal_says_why_and_by_which_clause_and_is_noted(desk):
    recording, reviewer = a_whole_recording(desk.line), desk.sits("rev", Role.REVIEWER)
    with desk.line.tx() as tx:
        note_child(tx, recording.id, age=12, actor="test")
    here = f"/operations/downloads/{recording.id}"
    refused = reviewer.get(f"{here}/recording.redacted/wav")
    assert (refused.status_code, refused.headers["content-type"].split(";")[0]) == (403, "text/html")
    assert ("child" in refused.text, ">not allowed<" in refused.text, "nejix" in refused.text) == (True, True, True)
    whole = reviewer.get(f"{here}/vcon")
    assert (whole.status_code, "child" in whole.text, f"{here}/vcon" in whole.text) == (403, True, False)
    assert [event["form"] for event in desk.line.events("artifact:download:refused")] == ["wav", "vcon"]


def test_originals_other_roles_and_other_tenants_get_nothing(desk, database, keys):
    recording = a_whole_recording(desk.line)
    here = f"/operations/downloads/{recording.id}"
    admin = desk.sits("adm", Role.TENANT_ADMIN)
    for rest in ("recording.original/wav", "transcript.original/json", "summary/wav", "summary/txt"):
        assert admin.get(f"{here}/{rest}").status_code == 404
    both = desk.sits("both", Role.OPERATOR, Role.AUDITOR)
    assert {both.get(path).status_code for path in (f"{here}/recording.redacted/wav", f"{here}/vcon")} == {403}
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.TENANT_ADMIN, tenant="other")
    assert {stranger.get(path).status_code for path in (here, f"{here}/recording.redacted/wav", f"{here}/vcon")} == {
        404
    }
