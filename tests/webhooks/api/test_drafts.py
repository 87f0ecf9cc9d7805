from __future__ import annotations

import pytest

from pipeline.decisions.settings_drafts import activate_draft
from pipeline.model.errors import NotPermitted
from pipeline.model.user import Role
from tests.webhooks.api.conftest import MAKER

ADMIN = frozenset({Role.TENANT_ADMIN})


def test_a_key_drafts_and_submits_and_a_person_who_did_not_make_it_activates(empty):
    draft = empty.do("settings/draft", {"settings": {"retention_days": {"recording.redacted": 30}}}, method="PATCH")
    assert [one["name"] for one in draft["changes"]] == ["retention_days"]
    here = f"settings/drafts/{draft['id']}"
    assert empty.get(here)["changes"] == draft["changes"]
    sent = empty.do(f"{here}/submit", {"revision": draft["revision"]})
    assert sent["state"] == "submitted"
    assert empty.refused(f"{here}/activate", {"revision": sent["revision"]}) == 404
    more = {"revision": sent["revision"], "keys": empty.stage.context.keys, "roles": ADMIN}
    for somebody in (f"key:{empty.name}", MAKER):
        with empty.tx() as tx, pytest.raises(NotPermitted):
            activate_draft(tx, draft["id"], actor=somebody, **more)
    with empty.tx() as tx:
        activate_draft(tx, draft["id"], actor="user:ada", **more)
    [done] = empty.get("settings/history")["items"]
    assert (done["drafted_by"], done["activated_by"]) == (f"key:{empty.name}", "user:ada")
    assert empty.get("settings")["settings"]["retention_days"] == {"recording.redacted": 30}


@pytest.mark.parametrize(
    "wrong",
    [
        {"settings": {"canary": 1}}, {"settings": {"topology": "canary"}}, {"settings": {"is_recording_on": "yes"}},
        {"settings": {"retention_days": {"canary": 1}}}, {"settings": {"retention_days": {"recording.redacted": 9999}}},
        {"settings": {"threshold": 7}}, {"settings": {"establishment": ["canary"]}}, {"secrets": {"auth_token": "x"}},
        {"wordings": {"canary:en-US": "x"}}, {"wordings": {"canary": "x"}},
        {"settings": {"voicemail_s": True}}, {"secrets": {"forward_to": ["x"]}}, {"display_name": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_in_force_is_refused_and_not_repeated(empty, wrong):
    answer = empty.ask("PATCH", "settings/draft", wrong)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert "canary" not in answer.text
    assert empty.get("settings/drafts")["items"] == []


def test_a_draft_is_changed_dropped_and_taken_back_by_the_key_that_began_it(empty):
    made = empty.do("settings/draft", {"settings": {"asks_everyone": True, "voicemail_s": 60}}, method="PATCH")
    here = f"settings/drafts/{made['id']}"
    left = empty.do(f"{here}/drop", {"revision": made["revision"], "name": "voicemail_s"})
    other = empty.with_key()
    assert other.refused(f"{here}/withdraw", {"revision": left["revision"]}) == 403
    assert empty.refused(f"{here}/withdraw", {"revision": 99}) == 409
    rebased = empty.do(f"{here}/rebase", {"revision": left["revision"]})
    assert empty.do(f"{here}/withdraw", {"revision": rebased["revision"]})["state"] == "withdrawn"
    assert empty.get("settings/drafts")["items"] == []
    assert len(empty.get("settings/drafts?is_decided=true")["items"]) == 1
