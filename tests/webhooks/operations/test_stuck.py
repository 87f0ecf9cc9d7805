from __future__ import annotations

from pipeline.model.recording import RecordingState
from pipeline.model.user import Role
from pipeline.steps.fail import fail
from pipeline.steps.withhold import withhold
from tests.conftest import make_tenant
from tests.webhooks.sign_in.people import seated


def test_what_failed_is_explained_and_an_operator_has_it_worked_on_again(desk):
    line, op = desk.line, desk.operator()
    recording = line.record()
    line.run(fail, recording, "VendorUnavailable")
    listed = op.get("/operations/stuck").text
    assert recording.id in listed
    assert "did not answer" in listed
    here = f"/operations/stuck/{recording.id}"
    assert "Work on it again" in op.get(here).text
    refused = op.post(f"{here}/retry", reason=" ")
    assert (refused.status_code, "Give a reason" in refused.text, desk.queue.retried) == (422, True, [])
    done = op.post(f"{here}/retry", reason="canaryname: vendor is back")
    assert (done.status_code, done.headers["location"]) == (303, f"{here}?done=retried")
    assert line.state(recording) is RecordingState.COMPLETED
    assert [named for named, _ in desk.queue.retried] == [recording.id]
    after = op.get(f"{here}?done=retried").text
    assert "Work on it has begun again." in after
    assert "canaryname: vendor is back" in after
    again = op.post(f"{here}/retry", reason="once more")
    assert (again.status_code, "not stuck any more" in again.text) == (409, True)
    assert len(desk.queue.retried) == 1
    assert "canaryname" not in str(line.events("recording:work:retried"))


def test_an_auditor_looks_and_a_reviewer_does_not_and_neither_acts(desk):
    line = desk.line
    recording = line.record()
    line.run(withhold, recording, "leftovers")
    here = f"/operations/stuck/{recording.id}"
    auditor, reviewer = desk.sits("aud", Role.AUDITOR), desk.sits("rev", Role.REVIEWER)
    shown = auditor.get(here)
    assert (shown.status_code, "Work on it again" in shown.text) == (200, False)
    assert auditor.post(f"{here}/retry", reason="x").status_code == 403
    assert reviewer.get(here).status_code == 403
    assert line.state(recording) is RecordingState.WITHHELD


def test_another_tenants_recording_is_not_there_and_empty_states_say_so(desk, database, keys):
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.OPERATOR, tenant="other")
    recording = desk.line.record()
    desk.line.run(fail, recording, "VendorUnavailable")
    assert "Nothing is in this state." in stranger.get("/operations/stuck").text
    for path in (f"/operations/stuck/{recording.id}", "/operations/stuck/rec_none"):
        answer = stranger.get(path)
        assert (answer.status_code, recording.id in answer.text) == (404, False)
    assert stranger.post(f"/operations/stuck/{recording.id}/retry", reason="x").status_code == 404
    assert stranger.get("/operations/stuck?state=published").status_code == 422
