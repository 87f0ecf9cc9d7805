"""Who comes into a call's room and leaves it, and what the recorder is to do about it.

The vendor's news may come twice, late or out of order, so nothing is concluded from one of them: who is in the room is
asked for, and the recorder is brought in line with that. Somebody whom nobody asked stops it for good.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import choose_next, may_record
from pipeline.intake.control_recorder import Wish, ask_pause, ask_resume, ask_start, ask_stop
from pipeline.intake.note_callee import note_left, was_heard
from pipeline.intake.noting import ACTOR
from pipeline.model.audit import AuditTag
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Outcome
from pipeline.model.ids import LegId, new_id
from pipeline.model.recorder import is_stopped, open_reasons
from pipeline.policies.jurisdictions import UNKNOWN
from pipeline.store.audit import add_event
from pipeline.store.call_progress import find_leg_by_sid, mark_conference
from pipeline.store.calls import add_leg, list_legs
from pipeline.store.inbox import add_message, has_message
from pipeline.store.recorder_events import list_recorder_events
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNews:
    """What the vendor says of a room. `leg_sid` is None for news of the room itself."""

    conference_sid: str
    event: str
    number: int
    """The round of asking the room belongs to."""
    leg_sid: str | None = None
    at: datetime | None = None


def joining(ordinal: int) -> str:
    """Name the reason for a pause that lasts until somebody has joined or will not."""
    return f"joining-{ordinal}"


def note_room_news(tx: Transaction, state: CallState, news: RoomNews) -> bool:
    """Take up who came or left; False where the room is one of an earlier round. The call must be locked."""
    call = state.call
    if news.number != call.round:
        return False
    mark_conference(tx, call.id, news.conference_sid)
    leg = find_leg_by_sid(tx, call.id, news.leg_sid) if news.leg_sid else None
    is_callees = leg is not None and leg.role is LegRole.CALLEE
    if news.event == "conference-end":
        add_message(tx, provider="twilio", event_id=_end_of(news.conference_sid), body={})
        for there in (leg for leg in state.people if leg.role is LegRole.CALLEE and leg.joined_at is not None):
            note_left(tx, there, was_heard=was_heard(state, there))
    elif news.leg_sid is not None and leg is None:
        _add_stranger(tx, state, news)
    elif news.event == "participant-leave" and leg is not None and is_callees:
        note_left(tx, leg)
    return True


def align_recorder(tx: Transaction, state: CallState, present: Collection[str]) -> tuple[Wish, ...]:
    """Say what the recorder is to do, now that these legs are in the room. The call must be locked.

    Args:
        tx: the tenant's transaction.
        state: the call; nobody who is not in it may be in the room.
        present: ids of the legs that the vendor says are in the room.
    """
    known = {leg.leg_sid for leg in state.legs}
    for leg_sid in present:
        if leg_sid not in known:
            _add_stranger(tx, state, RoomNews(conference_sid="", event="", number=state.call.round, leg_sid=leg_sid))
    there = [leg for leg in state.legs if leg.leg_sid in present and leg.role is not LegRole.AGENT]
    # The vendor's list may be older than its news: whoever was told to have come and not to have left is there too.
    told = [leg for leg in state.people if _is_told_of(leg) and leg not in there]
    if known.issuperset(present) and all(_agrees(state, leg) for leg in (*there, *told)):
        return _go_on(tx, state, there)
    events = list_recorder_events(tx, state.call.id)
    if not events or is_stopped(events):
        return ()
    pause = ask_pause(tx, state.call.call_sid, reason="not-agreed")
    return pause, ask_stop(tx, state.call, reason=f"not-agreed-{state.call.round}")


def _go_on(tx: Transaction, state: CallState, there: list[Leg]) -> tuple[Wish, ...]:
    is_met = {leg.role for leg in there} == {LegRole.CALLER, LegRole.CALLEE}
    events = list_recorder_events(tx, state.call.id)
    if is_met and may_record(state):
        start = ask_start(tx, state.call)
        if start is not None:
            return (start,)
    if not choose_next(state).is_recorded or is_stopped(events):
        return ()
    settled = {joining(leg.ordinal) for leg in state.legs if leg.left_at is not None or leg in there}
    reasons = sorted(open_reasons(events) & settled)
    return tuple(ask_resume(tx, state.call.call_sid, reason=reason) for reason in reasons)


def _is_told_of(leg: Leg) -> bool:
    return leg.role is LegRole.CALLEE and leg.joined_at is not None and leg.left_at is None


def _agrees(state: CallState, leg: Leg) -> bool:
    return state.outcome(leg.role, ordinal=leg.ordinal) is Outcome.GRANTED


def _add_stranger(tx: Transaction, state: CallState, news: RoomNews) -> None:
    """Add somebody whom nobody asked, heard from when they came, whom no law is known of."""
    at = min(news.at or tx.now, tx.now)
    is_over = has_message(tx, provider="twilio", event_id=_end_of(news.conference_sid))
    leg = Leg(
        id=LegId(new_id("leg")),
        call=state.call.id,
        role=LegRole.CALLEE,
        leg_sid=news.leg_sid,
        number_ref=None,
        candidates=(UNKNOWN,),
        ordinal=next_ordinal(tx, state),
        joined_at=max(at, state.call.started_at),
        left_at=tx.now if is_over or news.event == "participant-leave" else None,
    )
    add_leg(tx, leg)
    facts = {"leg": leg.role.value, "ordinal": leg.ordinal, "is_known": False}
    add_event(tx, AuditTag.LEG_JOINED, actor=ACTOR, target=state.call.id, facts=facts)


def _end_of(conference_sid: str) -> str:
    return f"conference-end:{conference_sid}"


def next_ordinal(tx: Transaction, state: CallState) -> int:
    """Count the callees and give the next number."""
    return 1 + max((leg.ordinal for leg in list_legs(tx, state.call.id) if leg.role is LegRole.CALLEE), default=0)
