"""Was there a permission that covers this very recording? Asked of each one by itself, before a byte is fetched.

Unknown is no: a recording without a call, a person without an answer, an answer after the recorder started, or a
withdrawal before it, all refuse. Whoever could be heard must have agreed: at the start everybody who was on the call,
later everybody who joined; from the first moment at which that no longer holds, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.consent.standing_at import People, gap_at, gaps_after, is_audible_between, name_of
from pipeline.consent.start_window import CLOCK_TOLERANCE, OUR_SOURCES, StartWindow, start_window
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import ConsentEvent, Purpose
from pipeline.model.recorder import RecorderAct, RecorderEvent, pauses_of, stopped_at
from pipeline.model.recording import UPLOADED, Recording
from pipeline.model.tenant import Tenant

MAX_CHANNELS: Final = 2
MAX_DURATION_S: Final = 24 * 3600
"""The longest recording the vendor makes."""
NOTICE_NOT_INSIDE: Final = "notice_not_inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What is known of the call that a recording belongs to, as it stands now."""

    call: Call | None
    legs: Sequence[Leg] = ()
    consents: Sequence[ConsentEvent] = ()
    acts: Sequence[RecorderEvent] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A pause inside the recording, in ms from its start. `to_ms` None: to its end.

    Between `sure_from_ms` and `sure_to_ms` the vendor's own silence must be found where it says that it paused.
    """

    from_ms: int
    to_ms: int | None
    is_done: bool
    sure_from_ms: int
    sure_to_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Whether a recording may be fetched, why not, and what of it must go."""

    is_authorised: bool
    reason: str
    cut_at_ms: int | None = None
    """Everything from here on is discarded; None when nothing is."""
    cut_at: datetime | None = None
    cut_reason: str | None = None
    silences: tuple[Silence, ...] = field(default=())


def authorise(recording: Recording, basis: Basis, owner: Tenant, *, length_ms: int | None = None) -> Authorisation:
    """Decide on one recording.

    Args:
        recording: as the vendor told of it. Its source is an open string: any is judged by the same rule.
        basis: the call with everybody on it, all that they answered, and what recorders were told.
        owner: the tenant. Where it transcribes, everybody must have agreed to that too.
        length_ms: how long the audio is, once it is here; it narrows where a cut lies.

    Returns:
        The reason is `granted`, or the first thing that is missing, such as `caller_declined`.
    """
    call, started_at = basis.call, recording.started_at
    if not owner.settings.is_recording_on or not owner.is_active:
        return _refused("recording_off" if owner.is_active else "account_closed")
    if call is None:
        return _refused("call_unknown")
    if started_at is None:
        return _refused("start_unknown")
    window = start_window(recording, started_at, basis.acts, length_ms=length_ms)
    people = _people(basis, owner)
    reason = (
        _misfit(recording, call, owner, started_at)
        or _without_notice(recording, call, basis.acts, window)
        or _unwanted(recording, basis.acts, started_at, window)
        or _missing_at_start(people, window)
    )
    return _refused(reason) if reason else _kept(basis, people, window)


def _people(basis: Basis, owner: Tenant) -> People:
    needed = (Purpose.RECORD, Purpose.TRANSCRIBE) if owner.settings.is_transcription_on else (Purpose.RECORD,)
    legs = tuple(leg for leg in basis.legs if leg.role is not LegRole.AGENT)
    return People(legs=legs, events=tuple(e for e in basis.consents if e.purpose in needed), needed=needed)


def _misfit(recording: Recording, call: Call, owner: Tenant, started_at: datetime) -> str | None:
    """Name what cannot be true of a recording of this call."""
    if not recording.tenant == call.tenant == owner.id:
        return "other_tenant"
    if recording.channels > MAX_CHANNELS and recording.source != UPLOADED:
        return "too_many_channels"
    if recording.duration_s is not None and recording.duration_s < 0:
        return "end_before_start"
    if recording.duration_s is not None and recording.duration_s > MAX_DURATION_S:
        return "too_long"
    return "before_call" if started_at < call.started_at - CLOCK_TOLERANCE else None


def _without_notice(recording: Recording, call: Call, acts: Sequence[RecorderEvent], window: StartWindow) -> str | None:
    """Refuse, where the notice must be inside, what was not running when ours was spoken.

    The notice follows the start of our own recorder; another's recording holds it only if it ran by then.
    """
    if "R" not in call.tokens or recording.source in OUR_SOURCES:
        return None
    spoken = [act.at for act in acts if act.act is RecorderAct.STARTED]
    return None if any(at >= window.last for at in spoken) else NOTICE_NOT_INSIDE


def _unwanted(
    recording: Recording, acts: Sequence[RecorderEvent], started_at: datetime, window: StartWindow
) -> str | None:
    """Refuse what began after recording was stopped, unless we ourselves began it again."""
    stops = [act.at for act in acts if act.act is RecorderAct.STOPPED and act.at <= window.permitted_by]
    if not stops or recording.source == UPLOADED:
        return None
    again = [act.at for act in acts if act.act is RecorderAct.STARTED and act.at <= started_at + CLOCK_TOLERANCE]
    return None if any(at > max(stops) for at in again) else "started_after_stop"


def _missing_at_start(people: People, window: StartWindow) -> str | None:
    if not people.legs:
        return "no_legs"
    there = [leg for leg in people.legs if is_audible_between(leg, window.permitted_by, window.last)]
    for leg in there:
        gap = gap_at(people, leg, max(window.permitted_by, leg.joined_at or window.permitted_by))
        if gap is not None:
            return f"{name_of(leg.role, leg.ordinal)}_{gap}"
    # A recording in which nobody we know of could be heard has somebody in it whom we do not know.
    return None if there else "nobody_there"


def _kept(basis: Basis, people: People, window: StartWindow) -> Authorisation:
    silences = tuple(_silences(basis.acts, window))
    ends = [*gaps_after(people, window.permitted_by), *_stops(basis.acts, window.permitted_by)]
    if not ends:
        return Authorisation(is_authorised=True, reason="granted", silences=silences)
    moment, reason = min(ends)
    cut_at_ms = window.ms_until(moment)
    if cut_at_ms == 0:
        return _refused(reason)
    return Authorisation(
        is_authorised=True,
        reason="granted",
        cut_at_ms=cut_at_ms,
        cut_at=moment,
        cut_reason=reason,
        silences=silences,
    )


def _stops(acts: Sequence[RecorderEvent], after: datetime) -> list[tuple[datetime, str]]:
    at = stopped_at(acts, after=after)
    return [] if at is None else [(at, "stopped")]


def _silences(acts: Sequence[RecorderEvent], window: StartWindow) -> Iterator[Silence]:
    for pause in pauses_of(acts):
        ended_at = pause.ended_at
        if ended_at is not None and window.ms_past(ended_at) == 0:
            continue
        # The vendor paused after it was asked, within the tolerance; it went on after it was asked to.
        yield Silence(
            from_ms=window.ms_until(pause.began_at),
            to_ms=None if ended_at is None else window.ms_past(ended_at),
            is_done=pause.is_done,
            sure_from_ms=window.ms_past(pause.began_at + CLOCK_TOLERANCE),
            sure_to_ms=None if ended_at is None else window.ms_until(ended_at),
        )


def _refused(reason: str) -> Authorisation:
    return Authorisation(is_authorised=False, reason=reason)
