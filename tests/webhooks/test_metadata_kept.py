"""What stays of everything Twilio tells: the fields that the policies list, and nothing else in any column."""

from __future__ import annotations

import secrets

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.call import KEPT_OF_A_CALL
from pipeline.model.tenant import Topology
from pipeline.policies.loader import list_policies, load_bundle
from pipeline.store.calls import find_call_by_sid, read_numbers
from tests.webhooks.conftest import DENVER, DESK, NEW_YORK, Twilio
from tests.webhooks.rooms import RoomPlayed
from tests.webhooks.twilio.test_news import a_callback

DIVERTED = "+14155550199"
TOLD = """
    FromCity FromZip ToCity ToState ToZip ToCountry CallerCity CallerState CallerZip CallerCountry CalledCity
    CalledState CalledZip CalledCountry CallerName StirVerstat StirPassportToken CallToken AddOns SipDomain
    SipCallId SipDomainSid SipResponseCode SipHeader_X-Customer SipHeader_User-to-User ParentCallSid CallDuration
    Duration Timestamp SequenceNumber CallbackSource QueueSid QueueTime Confidence UnstableSpeechResult SpeechResult
    Language FinishedOnKey msg RecordingUrl RecordingTrack RecordingSids TranscriptionText TranscriptionUrl Price
    PriceUnit DialCallSid DialCallDuration DialBridged MachineDetectionDuration FriendlyName ParticipantLabel Hold
    Muted Coaching CallSidToCoach StartConferenceOnEnter EndConferenceOnExit ReasonConferenceEnded Reason
    ReasonParticipantLeft CallSidEndingConference ParticipantCallStatus EventName AnythingNew
"""
"""Everything that Twilio documents besides what a flow below says itself, and one name that it does not know yet."""
TOLD_IN_WORDS = tuple(TOLD.split())
NUMBERS = {"Caller": NEW_YORK, "Called": DENVER, "ForwardedFrom": DIVERTED, "CalledVia": DIVERTED}
KEPT_OF_NEWS = {
    "recording_sid", "call_sid", "status", "source", "channels", "started_at", "duration_s", "error_code",
    "is_encrypted",
}  # fmt: skip
COLUMNS = {
    "duration": ("recordings", "duration_s"),
    "started_at": ("calls", "started_at"),
    "ended_at": ("calls", "ended_at"),
    "caller_number": ("calls", "sealed"),
}


def canary(name: str) -> str:
    return f"canary {name.lower()} of the caller"


class Talkative(Twilio):
    """Tells with each request whatever Twilio may tell."""

    def form(self, **fields: str) -> dict[str, str]:
        told = {name: canary(name) for name in TOLD_IN_WORDS} | NUMBERS | {"FromCountry": "US", "FromState": "NY"}
        return told | super().form(**fields)


def everything(postgres, database_name: str) -> str:
    """Every value of every column of every table, bytes as hex."""
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        tables = owner.execute("select tablename from pg_tables where schemaname = 'earmark'").fetchall()
        return str([owner.execute(f'select t::text from earmark."{name}" t').fetchall() for (name,) in tables])


def found_in(text: str) -> list[str]:
    """Name what stands there that must not, in the clear, in part, or as bytes."""
    words = [canary(name) for name in TOLD_IN_WORDS]
    numbers = [number.lstrip("+") for number in (NEW_YORK, DENVER, DIVERTED, DESK)]
    return [word for word in words + numbers if word in text or word.encode().hex() in text or word[2:] in text]


def talk(stage, *, topology=Topology.AGENT) -> Talkative:
    call = Talkative(stage.client, stage.tenant(topology=topology))
    go_on = call.follow(call.ring(), "9")
    go_on = call.press(go_on, "1")
    if topology is Topology.FORWARD:
        asked = call.document(go_on.find("Dial/Number").attrib["url"])
        call.press(asked, "1")
        call.post(call.path(f"leg?call={call.call_sid}"), call.form(CallStatus="completed"))
        call.document(call.path(f"dial-end?call={call.call_sid}"), DialCallStatus="completed")
    sid = "RE" + secrets.token_hex(16)
    for status in ("in-progress", "completed"):
        assert call.post(call.path("recording"), a_callback(call, sid, status)).status_code == 204
    assert call.post(call.path("machine"), call.form(AnsweredBy="human")).status_code == 204
    call.document(call.path("fallback"), ErrorUrl=canary("ErrorUrl"))
    assert call.end().status_code == 204
    return call


@pytest.mark.clause("nejix", "1", "call metadata (duration, timestamps, caller phone number)")
@pytest.mark.parametrize("topology", [Topology.AGENT, Topology.FORWARD])
def test_nothing_but_what_is_listed_stays_of_a_call(stage, postgres, database_name, topology, capfd):
    call = talk(stage, topology=topology)
    held = everything(postgres, database_name)
    assert call.call_sid in held
    assert found_in(held) == []
    with stage.context.database.transaction(call.owner.id) as tx:
        found = find_call_by_sid(tx, call.call_sid)
        numbers = read_numbers(tx, found.id, keys=stage.context.keys)
    desk = {"callee:1": DESK} if topology is Topology.FORWARD else {}
    assert numbers == {"from": NEW_YORK, "to": DENVER} | desk
    shown = capfd.readouterr()
    assert found_in(shown.out + shown.err) == []


@pytest.mark.clause("nejix", "1", "call metadata (duration, timestamps, caller phone number)")
def test_nothing_but_what_is_listed_stays_of_a_room(stage, postgres, database_name):
    room = RoomPlayed(stage)
    told = Talkative(stage.client, room.call.owner, room.call.call_sid)
    room.call.form = told.form
    room.caller_comes_in()
    desk = room.party()
    desk.line.form = Talkative(stage.client, room.call.owner, desk.sid).form
    desk.pick_up()
    desk.press("1")
    desk.come_in()
    desk.leave()
    assert told.end().status_code == 204
    held = everything(postgres, database_name)
    assert room.call.call_sid in held
    assert found_in(held) == []


@pytest.mark.clause("nejix", "1", "call metadata (duration, timestamps, caller phone number)")
def test_the_inbox_keeps_listed_fields_alone(stage, postgres, database_name):
    talk(stage)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        bodies = [body for (body,) in owner.execute("select body from earmark.inbox").fetchall()]
    assert len(bodies) == 2
    assert {name for body in bodies for name in body} == KEPT_OF_NEWS


@given(name=st.text(st.characters(categories=["L", "N"]), min_size=3, max_size=20), told=st.integers(10**9, 10**15))
@settings(max_examples=15)
def test_a_field_that_nobody_knows_yet_stays_nowhere(stage, postgres, database_name, name, told):
    call = Talkative(stage.client, stage.any_tenant("novel"))
    call.ring(**{f"New{name}": f"novel {told}"})
    assert call.call_sid in everything(postgres, database_name)
    assert f"novel {told}" not in everything(postgres, database_name)


@pytest.mark.clause("nejix", "1", "call metadata (duration, timestamps, caller phone number)")
@pytest.mark.clause("connekz", "1", "Call recordings, transcripts, summaries, metadata")
@pytest.mark.parametrize("policy", list_policies())
def test_what_is_kept_of_a_call_is_what_each_policy_lists(stage, postgres, database_name, policy):
    assert set(load_bundle(policy).metadata.fields) == set(KEPT_OF_A_CALL) == set(COLUMNS)
    talk(stage)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        for table, column in COLUMNS.values():
            (kept,) = owner.execute(f"select count({column}) from earmark.{table}").fetchone()
            assert kept == 1, column
