from __future__ import annotations

import re

import pytest

from pipeline.model.queue_item import QueueState
from pipeline.model.user import Role
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.index_words import index_words
from pipeline.store.audit import list_events
from pipeline.store.review_queue import get_item
from tests.queue_items import a_line
from tests.webhooks.review.conftest import HTML


@pytest.fixture
def waiting(desk):
    line = desk.line
    index_words(line.context, line.owner.id, desk.recording.id)
    assess_risk(line.context, line.owner.id, desk.recording.id)
    return desk


def version(desk) -> str:
    with desk.line.tx() as tx:
        return str(get_item(tx, desk.recording.id).version)


def test_the_queue_says_why_and_leads_to_the_call(waiting):
    page = waiting.get("/review").text
    assert f"/review/recordings/{waiting.recording.id}" in page
    assert "personal data hidden" in page
    assert "CANARYNAME" not in page


def test_an_empty_queue_says_so_and_a_filter_narrows(waiting):
    assert "Nothing waits here" in waiting.get("/review", state="closed").text
    assert waiting.recording.id in waiting.get("/review", entity="PERSON").text
    assert waiting.recording.id not in waiting.get("/review", entity="IBAN_CODE").text
    assert waiting.get("/review", risk="17").status_code == 422


def test_the_riskiest_stand_first_and_further_ones_on_a_page_of_their_own(waiting, keys):
    with waiting.line.tx() as tx:
        made = [a_line(tx, keys, risk=risk) for risk in range(30, 82)]
    first = waiting.get("/review").text
    shown = re.findall(r"/review/recordings/(rec_\w+)\"", first)
    assert shown[0] == made[-1]
    assert len(shown) == 50
    more = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    rest = re.findall(r"/review/recordings/(rec_\w+)\"", waiting.client.get(more, headers=HTML).text)
    assert set(rest).isdisjoint(shown)
    assert len(rest) == 3


def test_words_are_found_and_stand_in_no_address_and_in_no_event(waiting):
    found = waiting.post("/review/search", words='"many thanks"')
    assert waiting.recording.id in found.text
    assert "thanks" not in str(found.url)
    assert waiting.recording.id not in waiting.post("/review/search", words="zebra").text
    assert waiting.post("/review/search", words="... !").status_code == 422
    with waiting.line.tx() as tx:
        assert "thanks" not in str([event.entry for event in list_events(tx)])


def test_a_search_of_somebody_else_is_nobodys(waiting):
    search = waiting.post("/review/search", words="thanks").url.params["search"]
    waiting.sign_in("eve")
    assert "search=" not in str(waiting.get("/review", search=search).url)


def test_a_filter_is_kept_by_name_for_whoever_made_it(waiting):
    kept = waiting.post("/review/searches?risk=40", name="the worst")
    assert "the worst" in kept.text
    assert "the worst" not in waiting.sign_in("eve").get("/review").text
    [search] = re.findall(r"/review/searches/(\w+)/remove", waiting.sign_in("ada").get("/review").text)
    assert "the worst" not in waiting.post(f"/review/searches/{search}/remove").text
    assert waiting.post(f"/review/searches/{search}/remove").status_code == 404


def test_who_begins_is_shown_what_should_be_looked_at_first_and_the_queue_where_nothing_waits(waiting):
    assert waiting.get("/review/first").url.path == f"/review/recordings/{waiting.recording.id}"
    waiting.post("move", move="claim", version=version(waiting))
    waiting.post("move", move="close", version=version(waiting))
    assert waiting.get("/review/first").url.path == "/review"


def test_a_call_is_claimed_by_one_and_let_go_again(waiting):
    seen = version(waiting)
    waiting.post("move", move="claim", version=seen)
    with waiting.line.tx() as tx:
        item = get_item(tx, waiting.recording.id)
        assert (item.state, item.assignee) == (QueueState.CLAIMED, "user:ada")
    late = waiting.sign_in("eve").post("move", move="claim", version=seen)
    assert (late.status_code, 'role="alert"' in late.text) == (409, True)
    assert waiting.post("move", move="release", version=version(waiting)).status_code == 409
    assert waiting.sign_in("ada").post("move", move="release", version=version(waiting)).status_code == 200
    assert waiting.post("move", move="escalate", version=version(waiting)).status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SETTINGS_EDITOR])
def test_whoever_does_not_review_moves_nothing(waiting, role):
    seen = version(waiting)
    waiting.sign_in("sam", role)
    assert waiting.post("move", move="claim", version=seen).status_code == 403
    assert waiting.get("/review").status_code == (200 if role is Role.AUDITOR else 403)


def test_another_tenants_recording_is_not_there(waiting):
    from tests.conftest import make_tenant

    make_tenant(waiting.context.database, waiting.context.keys, "other")
    seen = version(waiting)
    waiting.sign_in("ada", tenant="other")
    assert waiting.post("move", move="claim", version=seen).status_code == 404
    assert waiting.recording.id not in waiting.get("/review").text
