from __future__ import annotations

from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptId
from tests.webhooks.settings.test_choices import draft_of

OURS = load_scripts("en-US").scripts[ScriptId.ANNOUNCE].text


def test_every_script_is_shown_as_it_is_spoken_with_a_way_to_listen(admin):
    page = admin.get("/settings/announcements")
    assert page.text.count("data-listen=") == len(load_scripts("en-US").scripts)
    assert "listen.js" in page.text
    assert "Acme" in page.text
    assert 'data-lang="es-ES"' in admin.get("/settings/announcements?locale=es-ES").text
    assert admin.get("/settings/announcements?locale=xx-XX").status_code == 404


def test_a_wording_that_says_all_is_drafted_and_one_that_does_not_is_refused_with_what_it_lacks(stage, owner, editor):
    fields = {"script": "announce", "locale": "en-US"}
    refused = editor.post("/settings/announcements", fields | {"wording": "Hello there."})
    assert refused.status_code == 422
    assert "wording does not say" in refused.text
    assert "Hello there." in refused.text
    assert draft_of(stage, owner) is None
    done = editor.post("/settings/announcements", fields | {"wording": OURS + " Thank you."})
    assert done.status_code == 303
    assert "on your draft" in editor.get("/settings/announcements").text
    assert editor.post("/settings/announcements", fields | {"wording": ""}).status_code == 303
    assert draft_of(stage, owner).changes.is_empty


def test_there_is_no_such_language(editor):
    assert editor.post("/settings/announcements", {"script": "announce", "locale": "xx-XX"}).status_code == 404
