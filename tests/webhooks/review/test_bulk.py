from __future__ import annotations

import re

from pipeline.model.review import ChangeState
from pipeline.store.redaction_changes import list_changes
from tests.corrections import published, shown


def digest(page: str) -> str:
    return re.search(r'name="digest" value="(\w+)"', page)[1]


def states(desk, *recordings) -> list[ChangeState]:
    with desk.line.tx() as tx:
        return [change.state for recording in recordings for change in list_changes(tx, recording.id)]


def test_findings_are_counted_before_anything_is_said_and_the_batch_can_be_taken_back(desk, clock):
    other = published(desk.line)
    assert "digest" not in desk.get("/review/bulk").text
    page = desk.get("/review/bulk", type="PERSON").text
    assert "2 open findings" in page
    done = desk.post(
        "/review/bulk", type="PERSON", digest=digest(page), kind="not_personal", code="company", recordings=""
    )
    assert states(desk, desk.recording, other) == [ChangeState.WAITING] * 2
    batch = re.search(r"/review/bulk/(bat_\w+)/undo", done.text)[1]
    desk.post(f"/review/bulk/{batch}/undo")
    desk.work_off(clock, 121)
    assert states(desk, desk.recording, other) == [ChangeState.UNDONE] * 2
    assert "canaryname" not in shown(desk.line, desk.recording)
    assert desk.post(f"/review/bulk/{batch}/undo").status_code == 409


def test_only_what_was_seen_is_decided_about(desk):
    page = desk.get("/review/bulk", type="PERSON", recordings=desk.recording.id).text
    assert "1 open finding<" in page
    published(desk.line)
    answer = desk.post("/review/bulk", type="PERSON", digest=digest(page), kind="confirm")
    assert (answer.status_code, states(desk, desk.recording)) == (409, [])
    named = desk.post("/review/bulk", type="PERSON", digest=digest(page), kind="confirm", recordings=desk.recording.id)
    assert (named.status_code, states(desk, desk.recording)) == (200, [ChangeState.NOTED])


def test_without_a_reason_or_with_other_peoples_recordings_nothing_is_said(desk):
    page = desk.get("/review/bulk", type="PERSON").text
    assert desk.post("/review/bulk", type="PERSON", digest=digest(page), kind="not_personal").status_code == 422
    assert desk.get("/review/bulk", type="PERSON", recordings="rec_0").status_code == 404
    assert "Nothing open is like that" in desk.get("/review/bulk", type="VEHICLE").text
    assert "Nothing open is like that" in desk.get("/review/bulk", type="PERSON", score=50).text


def test_the_open_ones_that_were_seen_are_confirmed_together_and_taken_back_together(desk):
    keys = " ".join(desk.key(label) for label in ("PERSON_1", "PHONE_NUMBER_1"))
    assert "Confirm the 2 open ones shown" in desk.get("findings").text
    assert desk.post("confirm", version="7", keys=keys).status_code == 409
    assert desk.post("confirm", version="1", keys="").status_code == 422
    assert desk.post("confirm", version="1", keys=f"{keys} 9.9.9").status_code == 409
    assert states(desk, desk.recording) == []
    page = desk.post("confirm", version="1", keys=keys)
    assert (page.status_code, states(desk, desk.recording)) == (200, [ChangeState.NOTED] * 2)
    assert "0 open findings" in page.text
    assert "open ones shown" not in page.text
    assert desk.post("confirm", version="1", keys=keys).status_code == 409
    batch = re.search(r"/review/bulk/(bat_\w+)/undo", desk.get("/review/bulk").text)[1]
    desk.post(f"/review/bulk/{batch}/undo")
    assert states(desk, desk.recording) == [ChangeState.UNDONE] * 2
    assert "Next call" in desk.post("approve", version="1").text
