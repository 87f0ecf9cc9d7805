from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeState, Finding, FindingPlace
from pipeline.model.span import TimeSpan
from pipeline.model.user import Role
from pipeline.store.redaction_changes import list_changes
from tests.corrections import an_ending, shown
from tests.webhooks.review.conftest import Desk
from webhooks.review.corrections import Wanted

CANARIES = ("canaryname", "5551234")


def states(desk: Desk) -> list[ChangeState]:
    with desk.line.tx() as tx:
        return [change.state for change in list_changes(tx, desk.recording.id)]


def test_the_page_lists_places_types_and_scores_and_no_word(desk):
    page = desk.get("findings")
    assert page.status_code == 200
    assert "PERSON_1" in page.text
    assert "0:03.600 – 0:03.750" in page.text
    assert not any(word in page.text for word in CANARIES)
    assert "2 open findings" in page.text


def test_a_finding_is_confirmed(desk):
    page = desk.post(f"findings/{desk.key('PERSON_1')}", version="1", kind="confirm")
    assert (page.status_code, states(desk)) == (200, [ChangeState.NOTED])
    assert "1 open finding<" in page.text


def test_what_is_not_personal_is_shown_in_a_new_version_once_the_worker_has_rendered_it(desk, clock):
    key = desk.key("PERSON_1")
    page = desk.post(f"findings/{key}", version="1", kind="not_personal", code="company", reason="a firm")
    assert "is rendered soon" in page.text
    assert "a firm" not in page.text
    desk.work_off(clock, 11)
    assert "version 2" in desk.get("findings").text
    assert "canaryname" in shown(desk.line, desk.recording)


def test_without_a_reason_from_the_list_nothing_is_changed_and_the_page_says_so(desk):
    answer = desk.post(f"findings/{desk.key('PERSON_1')}", version="1", kind="not_personal", code="")
    assert (answer.status_code, states(desk)) == (422, [])
    assert 'role="alert"' in answer.text
    assert "PERSON_1" in answer.text


def test_everywhere_in_the_call_is_a_batch_only_where_there_is_more_than_one(desk):
    desk.post(f"findings/{desk.key('PERSON_1')}", version="1", kind="confirm", everywhere="yes")
    assert states(desk) == [ChangeState.NOTED]


def test_what_was_missed_is_added_by_its_time(desk, clock):
    desk.post("missed", version="1", type="LOCATION", channel="0", start="0:05", end="0:05.150")
    desk.work_off(clock, 11)
    assert "LOCATION_1" in desk.get("findings").text
    assert "thanks" not in shown(desk.line, desk.recording)


def test_what_was_missed_is_added_by_its_words(desk, clock):
    desk.post("missed", version="1", type="LOCATION", turn="1", first="9", last="10")
    desk.work_off(clock, 11)
    assert "LOCATION_1" in desk.get("findings").text
    text = shown(desk.line, desk.recording)
    assert not any(word in text for word in ("many", "thanks"))
    assert desk.post("missed", version="2", type="LOCATION", turn="1", first="9", last="99").status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"start": "x"}, {"start": "0:06", "end": "0:05"}, {"channel": "2"}, {"end": "9:00"}],
    ids=["no time", "ends before it begins", "no such channel", "beyond the sound"],
)
def test_a_place_that_cannot_be_is_refused(desk, wrong):
    fields = {"version": "1", "type": "LOCATION", "channel": "0", "start": "0:05", "end": "0:05.150"} | wrong
    assert (desk.post("missed", **fields).status_code, states(desk)) == (422, [])


def test_another_version_by_now_is_a_conflict_that_shows_the_page_as_it_is(desk):
    answer = desk.post(f"findings/{desk.key('PERSON_1')}", version="7", kind="confirm")
    assert (answer.status_code, states(desk)) == (409, [])
    assert "PERSON_1" in answer.text


def test_a_change_is_taken_back(desk):
    desk.post("missed", version="1", type="LOCATION", channel="0", start="0:05", end="0:05.150")
    with desk.line.tx() as tx:
        (change,) = list_changes(tx, desk.recording.id)
    assert desk.post(f"/review/changes/{change.id}/undo").status_code == 200
    assert states(desk) == [ChangeState.UNDONE]
    assert desk.post(f"/review/changes/{change.id}/undo").status_code == 409


def test_what_is_of_high_risk_waits_for_somebody_else(desk, clock):
    desk.post("missed", version="1", type="PIN", channel="0", start="0:05", end="0:05.150")
    desk.work_off(clock, 11)
    page = desk.post(f"findings/{desk.key('PIN_1')}", version="2", kind="not_personal", code="other", reason="a sum")
    assert "waits for a second reviewer" in page.text
    with desk.line.tx() as tx:
        change = list_changes(tx, desk.recording.id)[-1].id
    assert "You made it" in desk.get("/review/second").text
    assert desk.post(f"/review/changes/{change}/second", agrees="true").status_code == 403
    listed = desk.sign_in("bob").get("/review/second").text
    assert "a sum" in listed
    assert desk.post(f"/review/changes/{change}/second", agrees="true").status_code == 200
    assert states(desk)[-1] is ChangeState.WAITING


def test_a_form_without_the_sessions_token_changes_nothing(desk):
    answer = desk.post(f"findings/{desk.key('PERSON_1')}", csrf="other", version="1", kind="confirm")
    assert (answer.status_code, states(desk)) == (403, [])


def test_an_auditor_reads_and_is_offered_no_form(desk):
    desk.sign_in("eve", Role.AUDITOR)
    page = desk.get("findings")
    assert (page.status_code, "<form" in page.text) == (200, False)
    assert desk.post("missed", version="1").status_code == 403
    assert desk.sign_in("tom", Role.SETTINGS_EDITOR).get("findings").status_code == 403


def test_what_has_ended_is_shown_to_nobody(desk):
    an_ending(desk.line, desk.recording)
    page = desk.get("findings")
    assert (page.status_code, "PERSON_1" in page.text) == (403, False)


def test_htmx_is_given_the_panel_alone(desk):
    answer = desk.client.get(
        f"/review/recordings/{desk.recording.id}/findings", headers={"Accept": "text/html", "HX-Request": "true"}
    )
    assert answer.text.lstrip().startswith('<section id="findings"')


def test_of_many_findings_some_are_shown_at_a_time_by_type_and_score_and_the_page_of_one_is_found():
    many = [_found(n) for n in range(250)]
    assert [len(Wanted(page=n).shown(many)[0]) for n in (1, 2, 3, 9)] == [100, 100, 50, 50]
    assert Wanted(at=many[120].place.key).shown(many)[1:] == (2, 3)
    assert Wanted(type="PERSON").shown(many)[1:] == (1, 2)
    assert all(f.place.score >= 0.9 for f in Wanted(least=0.9).shown(many)[0])
    assert Wanted(type="PERSON", at="none").query(2) == "type=PERSON&page=2"


def _found(n: int) -> Finding:
    place = FindingPlace(
        recording=RecordingId("rec_1"), version=1, turn=n, start=0, end=4, channel=0, time=TimeSpan(n, n + 5),
        label="X", type=EntityType.PERSON if n % 2 else EntityType.PIN, score=0.95 if n % 3 else 0.5,
    )  # fmt: skip
    return Finding(place=place, change=None)
