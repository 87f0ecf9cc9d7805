from __future__ import annotations

from datetime import date

from pipeline.model.user import Role
from pipeline.policies.loader import load_bundle
from pipeline.store.policy_versions import add_version, keep_first
from tests.disposal import a_whole_recording
from tests.pipeline.policies.variants import variant

BUNDLE = load_bundle("nejix")
NARROWER = variant(BUNDLE, {"download/kinds": ["export"]}, version="2027-01", effective=date(2027, 1, 1))


def test_versions_are_shown_with_what_an_announced_one_moves(desk):
    auditor = desk.sits("aud", Role.AUDITOR)
    first = auditor.get("/operations/policy").text
    assert (">in force<" in first, ">announced<" in first) == (True, False)
    assert "Nothing had to be judged again." in first
    assert auditor.get(f"/operations/policy/{BUNDLE.version}").status_code == 404
    a_whole_recording(desk.line)
    with desk.line.tx() as tx:
        keep_first(tx, BUNDLE)
        add_version(tx, NARROWER, notice_days=30, actor="test")
    page = auditor.get("/operations/policy").text
    assert all(one in page for one in (">in force<", ">announced<", "download.kinds", "its notice has not arrived"))
    preview = auditor.get("/operations/policy/2027-01")
    assert (preview.status_code, "no longer downloaded" in preview.text) == (200, True)
    assert auditor.get("/operations/policy/none").status_code == 404


def test_companies_are_shown_with_their_proof_and_the_page_can_be_published(desk):
    auditor = desk.sits("aud", Role.AUDITOR)
    page = auditor.get("/operations/sub-processors").text
    assert all(one in page for one in ("twilio", "DPA-twilio", "proved"))
    handed = auditor.get("/operations/sub-processors.html")
    assert handed.headers["content-disposition"] == 'attachment; filename="sub-processors.html"'
    assert "Sub-processors of Acme" in handed.text
    assert desk.sits("rev", Role.REVIEWER).get("/operations/policy").status_code == 403
