from __future__ import annotations

from pipeline.model.subject import RequestKind, RequestState
from pipeline.model.user import Role
from pipeline.store.subject_requests import get_request
from pipeline.workflows.subject import answer_request
from tests.pipeline.steps.asking import WHOLE, asked


def test_a_correction_is_written_with_its_words_and_shown_beside_what_was_heard(desk):
    line = desk.line
    recording, request = line.through(line.record(), *WHOLE), asked(line, RequestKind.CORRECTION)
    op, here = desk.operator(), f"/operations/correction/{request.id}"
    assert f"{here}?recording={recording.id}" in op.get(f"/operations/requests/{request.id}").text
    assert f"{here}?recording={recording.id}" in op.get(here).text
    page = op.get(f"{here}?recording={recording.id}")
    assert (page.status_code, 'name="turn-1"' in page.text) == (200, True)
    given = {"recording": recording.id, "reason": "canary proof", "turn-1": "canary it was the blue one"}
    none = op.post(here, **(given | {"turn-1": " "}))
    assert (none.status_code, "at least one turn" in none.text, "canary proof" in none.text) == (422, True, True)
    assert op.post(here, **(given | {"reason": ""})).status_code == 422
    assert op.post(here, **(given | {"turn-1": " ", "from": "9" * 5000})).status_code == 422
    assert op.post(here, **given).headers["location"] == f"/operations/requests/{request.id}?done=started"
    again = op.post(here, **given)
    assert (again.status_code, "A worker is writing" in again.text) == (409, True)
    [(name, also)] = desk.queue.answers
    answer_request(line.context, line.owner.id, name, queue=desk.queue, also=also)
    with line.tx() as tx:
        assert get_request(tx, request.id).state is RequestState.ANSWERED
    shown = desk.sits("rev", Role.REVIEWER).get(f"/review/recordings/{recording.id}").text
    assert "It should say: " in shown
    assert "blue one" in shown
    assert "canary" not in str(line.events("subject:transcript:corrected"))


def test_whoever_is_no_operator_sees_no_turns_and_a_recording_of_nobody_is_refused(desk):
    line = desk.line
    request = asked(line, RequestKind.CORRECTION)
    here = f"/operations/correction/{request.id}"
    assert desk.sits("aud", Role.AUDITOR).get(here).status_code == 403
    op = desk.operator()
    assert "found in no recording" in op.get(here).text
    assert op.get(f"{here}?recording=rec_none").status_code == 404
    assert op.get("/operations/correction/none").status_code == 404
