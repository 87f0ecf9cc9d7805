"""What a call is told next, from nothing but where its permissions stand.

The recorder is started in one place only: `CONNECT` with `is_recorded`. Whatever is unknown, unanswered or refused
leads to a document without a recorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.consent.require import ConsentMode
from pipeline.intake.call_state import CallState
from pipeline.intake.law_of_call import voice_of
from pipeline.intake.wording import Line, disclosure, lines_of
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.tenant import OnDecline, Tenant, Topology
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId


class Act(StrEnum):
    """What the vendor is told to do after it has said the lines."""

    ANNOUNCE = "announce"
    """Come back once the announcement was played: who is still there agrees."""
    ASK_RECORD = "ask_record"
    ASK_TRAINING = "ask_training"
    CONNECT = "connect"
    """Put the caller through to whoever answers this tenant's calls."""
    TRANSFER = "transfer"
    """Put the caller through to a person, unrecorded."""
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """One step of a call. `is_recorded` is true only of a connection that everybody asked so far agreed to."""

    act: Act
    lines: tuple[Line, ...] = ()
    attempt: int = 1
    is_recorded: bool = False


def choose_next(state: CallState) -> Next:
    """Decide from the answers so far; the same answers always give the same step."""
    if not state.is_recordable:
        return unrecorded(state.owner, state.locales)
    record = state.outcome(LegRole.CALLER)
    if record is None:
        return _open(state)
    if record is not Outcome.GRANTED:
        return _declined(state)
    if state.has_training_gate:
        training = state.outcome(LegRole.CALLER, Purpose.TRAIN)
        if training is None:
            return Next(act=Act.ASK_TRAINING, lines=lines_of(ScriptId.ASK_TRAINING, state.locales, state.owner))
        if training not in (Outcome.GRANTED, Outcome.DECLINED):
            return _declined(state)
    return _connect_recorded(state)


def ask_again(state: CallState) -> Next:
    """Ask the recording question a second and last time, slower."""
    return Next(act=Act.ASK_RECORD, lines=lines_of(ScriptId.ASK_RECORD_AGAIN, state.locales, state.owner), attempt=2)


def may_record(state: CallState) -> bool:
    """Say whether a recorder may run now: every person on the call agreed, and no gate is open or without an answer."""
    if not all(state.outcome(leg.role, ordinal=leg.ordinal) is Outcome.GRANTED for leg in state.people):
        return False
    return bool(state.people) and choose_next(state).is_recorded


def unrecorded(owner: Tenant, locales: tuple[str, ...]) -> Next:
    """Go on without asking: say that an AI speaks and that nothing is recorded, then connect."""
    opening = () if _is_forwarded(owner) else disclosure(locales, owner)
    lines = opening + lines_of(_going_on(owner), locales, owner)
    return _reachable(Next(act=Act.CONNECT, lines=lines), owner, locales)


def fail_closed(owner: Tenant, *, law: Law) -> Next:
    """Go on where nothing can be known of the call: in the tenant's language, unrecorded."""
    return unrecorded(owner, (voice_of(owner, law=law),))


def _open(state: CallState) -> Next:
    if state.call.mode == ConsentMode.EXPLICIT_GATE:
        return Next(act=Act.ASK_RECORD, lines=lines_of(ScriptId.ASK_RECORD, state.locales, state.owner))
    return Next(act=Act.ANNOUNCE, lines=lines_of(announcement(state), state.locales, state.owner))


def announcement(state: CallState) -> ScriptId:
    """Choose the announcement by who called whom."""
    is_outbound = state.call.direction.startswith("outbound")
    return ScriptId.ANNOUNCE_OUTBOUND if is_outbound else ScriptId.ANNOUNCE


def _connect_recorded(state: CallState) -> Next:
    if _is_forwarded(state.owner):
        # Nothing is recorded yet: the other person is asked before the two are bridged, then the recorder starts.
        return _reachable(Next(act=Act.CONNECT, is_recorded=True), state.owner, state.locales)
    is_explicit = state.method(LegRole.CALLER) is not Method.IMPLIED
    notice = ScriptId.INSIDE_NOTICE_EXPLICIT if is_explicit else ScriptId.INSIDE_NOTICE
    lines = lines_of(notice, state.locales, state.owner)
    return _reachable(Next(act=Act.CONNECT, lines=lines, is_recorded=True), state.owner, state.locales)


def _declined(state: CallState) -> Next:
    chosen, owner = state.owner.settings.on_decline, state.owner
    if chosen is OnDecline.END:
        return Next(act=Act.HANG_UP, lines=lines_of(ScriptId.GOODBYE_DECLINED, state.locales, owner))
    if chosen is OnDecline.TRANSFER and owner.secrets.forward_to:
        return Next(act=Act.TRANSFER, lines=lines_of(ScriptId.DECLINED_TRANSFER, state.locales, owner))
    lines = lines_of(_going_on(owner), state.locales, owner)
    return _reachable(Next(act=Act.CONNECT, lines=lines), owner, state.locales)


def _going_on(owner: Tenant) -> ScriptId:
    """Choose the line by who answers: the assistant, or a person."""
    return ScriptId.DECLINED_TRANSFER if _is_forwarded(owner) else ScriptId.UNRECORDED


def _is_forwarded(owner: Tenant) -> bool:
    return owner.settings.topology is Topology.FORWARD


def _reachable(step: Next, owner: Tenant, locales: tuple[str, ...]) -> Next:
    """Say goodbye instead where nobody is set up to answer, so that no recorder runs on an empty line."""
    target = owner.secrets.forward_to if _is_forwarded(owner) else owner.secrets.agent_url
    if target:
        return step
    return Next(act=Act.HANG_UP, lines=lines_of(ScriptId.GOODBYE_FALLBACK, locales, owner))
