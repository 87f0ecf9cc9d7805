from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.recording import RecordingState
from pipeline.model.review import ReviewState
from pipeline.store.reviews import find_review_state


def review(desk) -> ReviewState | None:
    with desk.line.tx() as tx:
        return find_review_state(tx, desk.recording.id)


def test_two_versions_are_compared_without_a_word(desk, clock):
    assert "Choose two versions" in desk.get("versions").text
    desk.post("missed", version="1", type="LOCATION", channel="0", start="0:05", end="0:05.150")
    desk.work_off(clock, 11)
    page = desk.get("versions").text
    assert "From version 1 to version 2" in page
    assert "hidden now" in page
    assert "Place name" in page
    assert "shown now" in desk.get("versions", old=2, new=1).text
    assert "thanks" not in page
    assert desk.get("versions", old=1, new=9).status_code == 404


def test_a_recording_is_approved_as_it_was_seen(desk):
    assert desk.post("approve", version="9").status_code == 409
    assert review(desk) is ReviewState.OPEN
    page = desk.post("approve", version="1")
    assert (page.status_code, review(desk)) == (200, ReviewState.APPROVED)
    assert "approved" in page.text
    assert desk.post("approve", version="1").status_code == 409
    assert "approved" in desk.get("versions").text


def test_a_recording_is_rejected_with_a_reason_and_can_still_be_corrected(desk):
    assert desk.post("reject", version="1", code="").status_code == 422
    assert desk.line.state(desk.recording) is RecordingState.PUBLISHED
    page = desk.post("reject", version="1", code="leaks")
    assert (page.status_code, review(desk)) == (200, ReviewState.REJECTED)
    assert desk.line.state(desk.recording) is RecordingState.WITHHELD
    assert "Add what was missed" in page.text
    assert not desk.line.facts(desk.recording)["is_redaction_proved"]
    assert desk.line.artifact(desk.recording, ArtifactKind.TRANSCRIPT_REDACTED) is not None


def test_where_a_child_is_suspected_it_is_shown_to_nobody_any_more(desk):
    answer = desk.client.post(
        f"/review/recordings/{desk.recording.id}/reject",
        data={"csrf": desk.token, "version": "1", "code": "child_suspected"},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert desk.get("findings").status_code == 403
