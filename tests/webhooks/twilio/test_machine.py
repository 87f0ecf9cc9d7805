from __future__ import annotations

import pytest

from pipeline.store.calls import find_call_by_sid, list_flags
from tests.webhooks.conftest import DENVER, NEW_YORK


def an_outbound_call(stage, answered_by: str = "human"):
    """A call that the tenant made, whose document has been fetched."""
    call = stage.call(stage.tenant())
    fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "CallStatus": "in-progress"}
    call.follow(call.document(call.path("voice"), **fields, AnsweredBy=answered_by))
    stage.recordings.running.add(call.call_sid)
    return call


def tell(call, answered_by: str) -> int:
    return call.post(call.path("machine"), call.form(AnsweredBy=answered_by)).status_code


@pytest.mark.parametrize("verdict", ["machine_start", "machine_end_beep", "machine_end_silence", "fax"])
def test_a_machine_ends_every_permission_from_the_calls_start_and_stops_the_recorder(stage, clock, verdict):
    call = an_outbound_call(stage)
    clock.move(seconds=9)
    assert [tell(call, verdict), tell(call, verdict)] == [204, 204]
    assert call.call_sid not in stage.recordings.running
    assert set(stage.standing(call).values()) == {"withdrawn"}
    with stage.context.database.transaction(call.owner.id) as tx:
        found = find_call_by_sid(tx, call.call_sid)
        assert list_flags(tx, found.id) == ("machine",)


@pytest.mark.parametrize("verdict", ["human", "unknown", "", "something-new"])
def test_any_other_verdict_changes_nothing(stage, verdict):
    call = an_outbound_call(stage)
    assert tell(call, verdict) == 204
    assert call.call_sid in stage.recordings.running
    assert stage.record_standing(call) == "granted"


def test_a_verdict_that_comes_before_the_call_begins_holds_when_it_does(stage):
    call = stage.call(stage.tenant())
    assert tell(call, "machine_start") == 204
    fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "CallStatus": "in-progress"}
    call.document(call.path("voice"), **fields)
    assert not call.was_told_to_record()
    with stage.context.database.transaction(call.owner.id) as tx:
        assert find_call_by_sid(tx, call.call_sid).mode == "unrecorded"


def test_only_the_tenants_own_account_tells_verdicts(stage):
    call = an_outbound_call(stage)
    assert call.post(call.path("machine"), call.form(AnsweredBy="fax"), token="0" * 32).status_code == 403
    assert stage.record_standing(call) == "granted"
