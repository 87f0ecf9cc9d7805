from __future__ import annotations

import re
from html import unescape

from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.steps.context import shelf_of
from pipeline.store.holds import list_holds

HERE = "/operations/hold-query"


def test_what_a_query_would_cover_is_counted_before_it_is_held(desk):
    recording, op = desk.line.record(), desk.operator()
    desk.line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    assert "What it would cover now" not in op.get(HERE).text
    page = op.post(HERE, kind="summary", captured_from="2020-01-01").text
    assert ("1 copy" in page, "of 1 recording<" in page, "summary: 1" in page) == (True, True, True)
    assert "0 copies" in op.post(HERE, kind="summary", captured_to="2020-01-01").text
    with desk.line.tx() as tx:
        assert list_holds(tx) == ()
    query = unescape(re.search(r'name="query" value="([^"]+)"', page)[1])
    refused = op.post(f"{HERE}/place", query=query, matter="m-1", reason="")
    assert (refused.status_code, "1 copy" in refused.text) == (422, True)
    done = op.post(f"{HERE}/place", query=query, matter="m-1", reason="canary")
    assert (done.status_code, done.headers["location"].endswith("?done=placed")) == (303, True)
    assert desk.context.objects.read_lock(desk.line.artifact(recording, ArtifactKind.SUMMARY).object_key).is_held
    with desk.line.tx() as tx:
        (hold,) = list_holds(tx)
    assert hold.query.plain() == {"kind": "summary", "captured_from": "2020-01-01"}


def test_a_number_stays_out_of_the_page_and_what_cannot_be_asked_is_refused_with_a_sentence(desk):
    op = desk.operator()
    op.get(HERE)
    page = op.post(HERE, number="+1 (212) 555-0100")
    assert (page.status_code, "555" in page.text.split("<main")[1], "number_ref=" in page.text) == (200, False, True)
    for asked, sentence in (
        ({}, "Name at least one condition."),
        ({"captured_from": "2026-02-02", "captured_to": "2026-02-01"}, "The last day lies before the first."),
        ({"kind": "moon"}, "cannot be used"),
        ({"captured_from": "yesterday"}, "cannot be used"),
        ({"number": "212"}, "7 to 15 digits"),
    ):
        refused = op.post(HERE, **asked)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    assert op.post(f"{HERE}/place", query="{", matter="m-1", reason="x").status_code == 422


def test_only_an_operator_holds_by_conditions(desk):
    auditor = desk.sits("aud", Role.AUDITOR)
    assert auditor.get(HERE).status_code == 403
    assert {auditor.post(path, kind="summary", query="{}").status_code for path in (HERE, f"{HERE}/place")} == {403}
