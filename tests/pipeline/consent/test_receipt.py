from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.receipt import ReceiptFacts, Recorded, write_receipts
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.ids import CallId, LegId, RecordingId, TenantId
from pipeline.model.recorder import Pause
from pipeline.model.recording import Recording, RecordingState

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CALL_SID, LEG_SID = "CA" + "1" * 32, "CA" + "2" * 32
SCRIPT = ScriptRef(id="ask_record", locale="en-US", sha256="5" * 64)
CALL = Call(
    id=CallId("call_1"),
    tenant=TenantId("acme"),
    call_sid=CALL_SID,
    direction="inbound",
    started_at=AT,
    mode="explicit_gate",
    tokens=("N", "P", "A"),
    locale="en-US",
    policy_digest="d" * 64,
    matrix_version="2026-11-01",
)


def a_leg(role: LegRole, *, ordinal: int = 1, sid: str | None = None, places: tuple[str, ...] = ("US-CA",)) -> Leg:
    id = LegId(f"leg_{role.value}_{ordinal}")
    return Leg(
        id=id, call=CALL.id, role=role, leg_sid=sid, number_ref="r", candidates=places, ordinal=ordinal, joined_at=AT
    )


def said(outcome: Outcome = Outcome.GRANTED, *, after_s: float = 5, **more) -> ConsentEvent:
    given_ = {
        "leg_role": LegRole.CALLER,
        "purpose": Purpose.RECORD,
        "method": Method.DTMF,
        "script": SCRIPT,
        "digit": "1",
        "attempts": 2,
    }
    return ConsentEvent(outcome=outcome, at=AT + timedelta(seconds=after_s), **(given_ | more))


FACTS = ReceiptFacts(
    call=CALL,
    legs=(a_leg(LegRole.CALLER, sid=CALL_SID), a_leg(LegRole.CALLEE, sid=LEG_SID, places=("DE", "EU"))),
    events=(said(),),
    policy_id="nejix",
    policy_version="2026-11-01",
    derived={LegId("leg_caller_1"): {"US-CA": "number: area code"}},
    versions={SCRIPT.sha256: "3"},
)


def written(**change) -> list[dict]:
    return [json.loads(receipt.body) for receipt in write_receipts(replace(FACTS, **change))]


def a_recording(**change) -> Recording:
    made = Recording(
        id=RecordingId("rec_1"),
        tenant=CALL.tenant,
        call=CALL.id,
        recording_sid="RE" + "3" * 32,
        state=RecordingState.CAPTURED,
        source="StartCallRecordingTwiML",
        channels=2,
        started_at=AT + timedelta(seconds=10),
        duration_s=60,
    )
    return replace(made, **change)


def test_a_receipt_says_who_answered_what_how_when_to_which_words_and_under_which_law():
    (receipt,) = written()
    assert (receipt["tenant"], receipt["call_sid"], receipt["parent_call_sid"]) == ("acme", CALL_SID, None)
    assert receipt["leg"] == {
        "role": "caller",
        "ordinal": 1,
        "leg_sid": CALL_SID,
        "joined_at": AT.isoformat(),
        "left_at": None,
    }
    assert (receipt["purpose"], receipt["outcome"], receipt["method"]) == ("record", "granted", "dtmf")
    assert (receipt["at"], receipt["withdrawn_at"]) == ("2026-11-21T09:00:05+00:00", None)
    (answer,) = receipt["answers"]
    assert (answer["digit"], answer["phrase"], answer["confidence"]) == ("1", None, None)
    assert (answer["attempts"], answer["round"]) == (2, 1)
    assert answer["script"] == {
        "id": "ask_record",
        "locale": "en-US",
        "version": "3",
        "sha256": SCRIPT.sha256,
        "played_at": AT.isoformat(),
        "finished_at": "2026-11-21T09:00:05+00:00",
    }
    assert receipt["tokens"] == ["N", "P", "A"]
    assert receipt["policy"] == {"id": "nejix", "version": "2026-11-01", "digest": "d" * 64}
    assert (receipt["mode"], receipt["matrix_version"]) == ("explicit_gate", "2026-11-01")


def test_every_place_of_every_leg_is_told_with_how_it_was_found():
    (receipt,) = written()
    assert receipt["jurisdictions"] == [
        {"leg": "caller", "ordinal": 1, "place": "US-CA", "derived_from": "number: area code"},
        {"leg": "callee", "ordinal": 1, "place": "DE", "derived_from": "network"},
        {"leg": "callee", "ordinal": 1, "place": "EU", "derived_from": "network"},
    ]


def test_a_spoken_answer_is_kept_as_our_own_phrase_with_its_confidence():
    (receipt,) = written(events=(said(method=Method.SPEECH, digit=None, phrase="i agree", confidence=0.91),))
    (answer,) = receipt["answers"]
    assert (answer["digit"], answer["phrase"], answer["confidence"]) == (None, "i agree", 0.91)


def test_a_leg_of_its_own_call_names_the_call_it_hangs_on():
    (receipt,) = written(events=(said(leg_role=LegRole.CALLEE),))
    assert (receipt["leg"]["leg_sid"], receipt["parent_call_sid"]) == (LEG_SID, CALL_SID)


def test_there_is_one_receipt_for_each_leg_and_purpose_and_two_callees_are_two_people():
    events = [said(purpose=p) for p in RECORDING_PURPOSES]
    events += [said(leg_role=LegRole.CALLEE, ordinal=n) for n in (1, 2)]
    found = [(r.role, r.ordinal, r.purpose) for r in write_receipts(replace(FACTS, events=tuple(events)))]
    assert len(found) == len(set(found)) == 6
    assert {(LegRole.CALLEE, 1, Purpose.RECORD), (LegRole.CALLEE, 2, Purpose.RECORD)} <= set(found)


def test_a_leg_that_is_not_on_the_list_is_still_told():
    (receipt,) = written(legs=())
    assert receipt["leg"] == {"role": "caller", "ordinal": 1, "leg_sid": None, "joined_at": None, "left_at": None}
    assert receipt["jurisdictions"] == []


def test_every_answer_is_told_and_the_words_of_the_second_lie_after_the_first():
    events = (said(Outcome.GRANTED), said(Outcome.WITHDRAWN, after_s=9, script=None, digit=None))
    (receipt,) = written(events=events)
    assert [a["outcome"] for a in receipt["answers"]] == ["granted", "withdrawn"]
    assert receipt["answers"][1]["script"] is None
    assert receipt["withdrawn_at"] == receipt["at"] == "2026-11-21T09:00:09+00:00"
    again = (said(Outcome.NO_ANSWER), said(Outcome.GRANTED, after_s=9))
    (receipt,) = written(events=again)
    assert receipt["answers"][1]["script"]["played_at"] == receipt["answers"][0]["at"]


def test_a_call_that_nobody_was_asked_on_has_no_receipt():
    assert written(events=()) == []


def test_without_a_recording_nothing_of_one_is_claimed():
    (receipt,) = written()
    assert receipt["recording_sid"] is None
    assert receipt["in_recording_notice_offset_ms"] is None
    assert receipt["pauses"] == []


def test_a_recording_is_told_with_its_start_its_notice_and_where_it_was_cut():
    (receipt,) = written(recorded=Recorded(recording=a_recording(), notice_at_ms=1200, cut_at_ms=30_000))
    assert receipt["recording_sid"] == "RE" + "3" * 32
    assert receipt["recording_started_at"] == "2026-11-21T09:00:10+00:00"
    assert (receipt["in_recording_notice_offset_ms"], receipt["kept_until_ms"]) == (1200, 30_000)


@pytest.mark.parametrize(
    ("from_s", "to_s", "told"),
    [
        (20, 25, {"from_ms": 10_000, "to_ms": 15_000, "is_done": True}),
        (5, 25, {"from_ms": 0, "to_ms": 15_000, "is_done": True}),
        (20, None, {"from_ms": 10_000, "to_ms": None, "is_done": True}),
        (1, 10, None),
        (70, 80, None),
    ],
)
def test_pauses_are_told_as_they_lie_in_the_recording_and_others_not_at_all(from_s, to_s, told):
    ended = None if to_s is None else AT + timedelta(seconds=to_s)
    pause = Pause(began_at=AT + timedelta(seconds=from_s), ended_at=ended, is_done=True)
    (receipt,) = written(recorded=Recorded(recording=a_recording(), pauses=(pause,)))
    assert receipt["pauses"] == ([told] if told else [])


def test_without_a_start_no_pause_has_a_place():
    pause = Pause(began_at=AT, ended_at=None, is_done=False)
    (receipt,) = written(recorded=Recorded(recording=a_recording(started_at=None), pauses=(pause,)))
    assert (receipt["recording_started_at"], receipt["pauses"]) == (None, [])


@given(st.permutations([said(purpose=p) for p in Purpose]))
def test_the_same_facts_give_the_same_bytes_in_whatever_order_they_were_noted(events):
    assert write_receipts(replace(FACTS, events=tuple(events))) == write_receipts(
        replace(FACTS, events=tuple(said(purpose=p) for p in Purpose))
    )
