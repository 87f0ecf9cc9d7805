"""What a call is told next, from nothing but where its permissions stand.

The recorder is started in two places only, `CONNECT` and `TAKE_MESSAGE`, and there only with `is_recorded`. Whatever
is unknown, unanswered or refused leads to a document without a recorder and to an agent that keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pipeline.consent.require import ConsentMode
from pipeline.intake.call_state import CallState
from pipeline.intake.choose_script import announcement, notice, question
from pipeline.intake.law_of_call import PUT_THROUGH, voice_of
from pipeline.intake.rooms import Room, room_of
from pipeline.intake.wording import Line, disclosure, lines_of
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
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
    TAKE_MESSAGE = "take_message"
    """Listen to what the caller leaves; nobody answers."""
    TRANSFER = "transfer"
    """Put the caller through to a person, unrecorded."""
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """One step of a call.

    `is_recorded` is true only of a connection or a message that everybody asked so far agreed to. `is_kept` says
    whether the agent may keep what is said; without a recorder, that is a transcript alone.
    """

    act: Act
    lines: tuple[Line, ...] = ()
    attempt: int = 1
    is_recorded: bool = False
    is_kept: bool = False
    takes_speech: bool = False
    room: Room | None = None
    """Where the people meet; None where they are bridged, or where software answers."""


_GOING_ON: Final[Mapping[Topology, ScriptId]] = {
    Topology.FORWARD: ScriptId.DECLINED_TRANSFER,
    Topology.CONFERENCE: ScriptId.DECLINED_TRANSFER,
    Topology.VOICEMAIL: ScriptId.VOICEMAIL_UNRECORDED,
}
"""What is said on an unrecorded call, by who answers it; an assistant unless it is named here."""


def choose_next(state: CallState) -> Next:
    """Decide from the answers so far; the same answers always give the same step."""
    step = _chosen(state)
    is_meeting = step.act is Act.CONNECT and _is_between_people(state.owner)
    return replace(step, room=room_of(state, is_recorded=step.is_recorded)) if is_meeting else step


def _chosen(state: CallState) -> Next:
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
    return _connect_agreed(state)


def ask(state: CallState) -> Next:
    """Ask the recording question."""
    lines = lines_of(question(state), state.locales, state.owner)
    return Next(act=Act.ASK_RECORD, lines=lines, takes_speech=state.accepts_speech)


def ask_again(state: CallState) -> Next:
    """Ask the recording question a second and last time, slower."""
    lines = lines_of(question(state, 2), state.locales, state.owner)
    return Next(act=Act.ASK_RECORD, lines=lines, attempt=2, takes_speech=state.accepts_speech)


def may_record(state: CallState) -> bool:
    """Say whether a recorder may run now: every person on the call agreed, and no gate is open or without an answer."""
    if not all(state.outcome(leg.role, ordinal=leg.ordinal) is Outcome.GRANTED for leg in state.people):
        return False
    return bool(state.people) and choose_next(state).is_recorded


def unrecorded(owner: Tenant, locales: tuple[str, ...]) -> Next:
    """Go on without asking: say that an AI speaks and that nothing is recorded, then connect."""
    opening = () if _is_between_people(owner) else disclosure(locales, owner)
    return _go_on(owner, locales, opening)


def fail_closed(owner: Tenant, *, law: Law) -> Next:
    """Go on where nothing can be known of the call: in the tenant's language, unrecorded."""
    return unrecorded(owner, (voice_of(owner, law=law),))


def _open(state: CallState) -> Next:
    if state.call.mode == ConsentMode.EXPLICIT_GATE:
        return ask(state)
    return Next(act=Act.ANNOUNCE, lines=lines_of(announcement(state), state.locales, state.owner))


def _connect_agreed(state: CallState) -> Next:
    owner, locales = state.owner, state.locales
    if _is_between_people(owner):
        # Nothing is recorded yet: the other person is asked before the two are bridged, then the recorder starts.
        return _reachable(Next(act=Act.CONNECT, is_recorded=True), owner, locales)
    lines = lines_of(notice(state), locales, owner)
    if owner.settings.topology is Topology.VOICEMAIL:
        lines += lines_of(ScriptId.VOICEMAIL_LEAVE, locales, owner)
        return Next(act=Act.TAKE_MESSAGE, lines=lines, is_recorded=True)
    agreed = Next(act=Act.CONNECT, lines=lines, is_recorded=state.is_recording_asked, is_kept=True)
    return _reachable(agreed, owner, locales)


def _declined(state: CallState) -> Next:
    chosen, owner = state.owner.settings.on_decline, state.owner
    if chosen is OnDecline.END:
        return Next(act=Act.HANG_UP, lines=lines_of(ScriptId.GOODBYE_DECLINED, state.locales, owner))
    if chosen is OnDecline.TRANSFER and owner.secrets.forward_to:
        return Next(act=Act.TRANSFER, lines=lines_of(ScriptId.DECLINED_TRANSFER, state.locales, owner))
    return _go_on(owner, state.locales)


def _go_on(owner: Tenant, locales: tuple[str, ...], opening: tuple[Line, ...] = ()) -> Next:
    topology = owner.settings.topology
    lines = opening + lines_of(_GOING_ON.get(topology, ScriptId.UNRECORDED), locales, owner)
    if topology is Topology.VOICEMAIL:
        return Next(act=Act.HANG_UP, lines=lines)
    return _reachable(Next(act=Act.CONNECT, lines=lines), owner, locales)


def _is_between_people(owner: Tenant) -> bool:
    return owner.settings.topology in PUT_THROUGH


def _reachable(step: Next, owner: Tenant, locales: tuple[str, ...]) -> Next:
    """Say goodbye instead where nobody is set up to answer, so that no recorder runs on an empty line."""
    target = owner.secrets.forward_to if _is_between_people(owner) else owner.secrets.agent_url
    if target:
        return step
    return Next(act=Act.HANG_UP, lines=lines_of(ScriptId.GOODBYE_FALLBACK, locales, owner))
