from __future__ import annotations

import pytest

from pipeline.store.audit import list_events
from pipeline.store.calls import find_call_by_sid
from tests.webhooks.api.test_calls import a_recorded_call
from tests.webhooks.conftest import API_KEY
from tests.webhooks.twilio.test_news import tell


def ask(stage, call, route, *, key=API_KEY, **body):
    target = f"/api/v1/calls/{call.call_sid}/{route}"
    return stage.client.post(target, json=body, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.clause("nejix", "1", "is not stored on our servers")
def test_a_card_is_entered_in_silence_and_both_moments_are_in_the_log_with_their_offset(stage, clock):
    call = a_recorded_call(stage)
    tell(call, "RE" + call.call_sid[2:], "in-progress", RecordingStartTime="Sat, 21 Nov 2026 09:00:00 +0000")
    clock.move(seconds=30)
    paused = ask(stage, call, "pause")
    assert (paused.status_code, paused.json()["recorder"]) == (200, "paused")
    assert stage.recordings.paused == {call.call_sid}
    clock.move(seconds=12)
    assert ask(stage, call, "resume").json()["recorder"] == "recording"
    assert stage.recordings.paused == set()
    with stage.context.database.transaction(call.owner.id) as tx:
        events = list(list_events(tx, target=find_call_by_sid(tx, call.call_sid).id))
    facts = [(e.entry.tag, e.entry.facts) for e in events if e.entry.tag.startswith("call:recorder:")]
    told = [(tag, fact["offset_ms"]) for tag, fact in facts if tag != "call:recorder:started"]
    assert told == [("call:recorder:paused", 30_000)] * 2 + [("call:recorder:resumed", 42_000)] * 2


def test_where_twilio_is_away_the_answer_says_so_and_the_moment_is_noted(stage, clock):
    call = a_recorded_call(stage)
    stage.recordings.is_down = True
    answer = ask(stage, call, "pause")
    assert (answer.status_code, answer.json()["recorder"]) == (200, "not_paused")
    assert answer.json()["at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert ask(stage, call, "resume").json()["recorder"] == "not_resumed"


def test_nothing_is_resumed_after_a_withdrawal(stage):
    call = a_recorded_call(stage)
    ask(stage, call, "pause")
    stage.withdraw(call)
    assert ask(stage, call, "resume").status_code == 409
    assert ask(stage, call, "resume").headers["content-type"] == "application/problem+json"


def test_a_call_without_a_recorder_has_nothing_to_pause(stage):
    call = stage.call(stage.tenant())
    call.ring("+266696687")
    assert ask(stage, call, "pause").json()["recorder"] == "not_running"


@pytest.mark.parametrize("route", ["pause", "resume"])
def test_only_the_tenants_own_key_reaches_its_recorders(stage, route):
    call = a_recorded_call(stage)
    stage.tenant("other", api_key="ek_other")
    assert ask(stage, call, route, key="ek_other").status_code == 404
    assert ask(stage, call, route, key="nobody's").status_code == 401
    assert stage.recordings.paused == set()
