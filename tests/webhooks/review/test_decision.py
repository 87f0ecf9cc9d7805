from __future__ import annotations

import re

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.policies.what_if import Change
from pipeline.store.decisions import find_decision
from tests.conftest import make_tenant
from webhooks.review.decision import CHANGES


@pytest.fixture
def sound(desk):
    return desk.line.artifact(desk.recording, ArtifactKind.RECORDING_REDACTED)


def test_a_decision_is_shown_whole_with_what_would_change_each_refusal(desk, sound):
    page = desk.get(f"decisions/{sound.id}").text
    for part in ("What would change it", "Training", "Download", "Lies in", "transcribe", "Company: deepgram"):
        assert part in page
    assert "No change of this call takes it away." in page
    assert set(CHANGES) == set(Change)


def test_each_clause_of_the_call_page_leads_to_the_text_of_the_version_that_judged(desk, sound):
    with desk.line.tx() as tx:
        digest = find_decision(tx, sound.id).policy_digest
    links = set(re.findall(rf'href="(/review/policy/{digest}#(clause-[0-9a-f]+))"', desk.get("").text))
    assert links
    text = desk.client.get(f"/review/policy/{digest}", headers={"Accept": "text/html"}).text
    assert all(f'id="{anchor}"' in text for _, anchor in links)
    assert "Nejix Privacy Policy" in text
    assert "our reading" in text


def test_the_text_of_the_policy_is_read_by_every_role_and_by_no_other_tenant(desk, sound):
    with desk.line.tx() as tx:
        digest = find_decision(tx, sound.id).policy_digest
    for role in Role:
        desk.sign_in(role.value.replace("_", "-"), role)
        assert desk.client.get(f"/review/policy/{digest}").status_code == 200
    assert desk.client.get(f"/review/policy/{'0' * 64}").status_code == 404
    assert desk.client.get("/review/policy/latest").status_code == 422
    make_tenant(desk.context.database, desk.context.keys, "other")
    desk.sign_in("ada", tenant="other")
    assert desk.client.get(f"/review/recordings/{desk.recording.id}/decisions/{sound.id}").status_code == 404
