from __future__ import annotations

import re

from pipeline.model.user import Role
from tests.conftest import make_tenant
from tests.disposal import a_whole_recording, rows
from tests.webhooks.sign_in.people import seated

PATH = "/operations/legal"
FORM = {"reference": "canary 26-cv-17", "authority": "canary court", "statute": "18 U.S.C. 2703(d)"}


def test_one_takes_it_in_another_approves_and_it_is_handed_out_and_closed(desk):
    recording, ann, bob = a_whole_recording(desk.line), desk.operator("ann"), desk.operator("bob")
    assert "Nobody has demanded anything" in ann.get(PATH).text
    given = {**FORM, "received": "2026-11-20", "covers": recording.id, "hold": "on"}
    here = ann.post(PATH, **given).headers["location"].split("?")[0]
    mine = ann.get(here).text
    assert ("canary court" in mine, "Another person must approve what leaves." in mine) == (True, True)
    assert recording.id in ann.get("/operations/holds").text
    page = bob.get(here).text
    redacted = re.search(r'value="(art_\w+)"> <span>redacted transcript', page)[1]
    original = re.search(r'value="(art_\w+)"> <span>original transcript', page)[1]
    for artifact, status, says in (
        ((), 422, "Choose each artifact"), ((original,), 403, "does not order originals"), (("art_none",), 404, ""),
    ):  # fmt: skip
        refused = bob.post(f"{here}/approve", artifact=list(artifact))
        assert (refused.status_code, says in refused.text) == (status, True)
    own = ann.post(f"{here}/approve", artifact=[redacted])
    assert (own.status_code, "another person must" in own.text) == (403, True)
    assert ann.post(f"{here}/export").status_code == 409
    assert bob.post(f"{here}/close", outcome="answered", reason="x").status_code == 409
    assert bob.post(f"{here}/approve", artifact=[redacted]).headers["location"] == f"{here}?done=approved"
    handed = ann.post(f"{here}/export")
    assert (handed.status_code, handed.content[:2], handed.headers["cache-control"]) == (200, b"PK", "no-store")
    assert bob.post(f"{here}/close", outcome="moon", reason="x").status_code == 422
    assert bob.post(f"{here}/close", outcome="answered", reason="").status_code == 422
    assert bob.post(f"{here}/close", outcome="answered", reason="canary sent").headers["location"].endswith("closed")
    assert "canary sent" in ann.get(here).text
    kept = rows(desk.line, "select scope, kind from earmark.legal_requests") + rows(
        desk.line, "select detail from earmark.legal_acts"
    )
    assert "canary" not in str(kept) + str(rows(desk.line, "select facts from earmark.audit_events"))


def test_what_is_no_demand_is_refused_and_nothing_is_kept(desk):
    recording, op = desk.line.record(), desk.operator()
    for changed in (
        {"reference": ""}, {"received": "2026-12-31"}, {"received": "moon"}, {"covers": ""}, {"covers": "rec_none"},
        {"covers": "call_none"}, {"kind": "moon"},
    ):  # fmt: skip
        given = {**FORM, "received": "2026-11-20", "covers": recording.id} | changed
        refused = op.post(PATH, **given)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True), changed
    assert rows(desk.line, "select id from earmark.legal_requests") == []


def test_only_an_operator_acts_and_another_tenants_demand_is_not_there(desk, database, keys):
    recording, op, auditor = desk.line.record(), desk.operator(), desk.sits("aud", Role.AUDITOR)
    given = {**FORM, "received": "2026-11-20", "covers": recording.id}
    here = op.post(PATH, **given).headers["location"].split("?")[0]
    assert (auditor.get(here).status_code, auditor.post(PATH, **given).status_code) == (200, 403)
    assert "Take a demand in" not in auditor.get(PATH).text
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.OPERATOR, tenant="other")
    assert stranger.get(here).status_code == 404
    for act in ("approve", "export", "close"):
        asked = stranger.post(f"{here}/{act}", artifact="art_x", outcome="refused", reason="x")
        assert asked.status_code == 404
