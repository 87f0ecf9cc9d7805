"""What a reviewer says of a redaction: right, not personal, or something was missed. Each renders later, by itself.

To hide more takes one person. To show a number that opens doors takes two: the change waits until somebody else agrees.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.recording import RecordingState
from pipeline.model.review import (
    CAN_BE_UNDONE,
    PENDING,
    RENDERS_AFTER,
    ChangeKind,
    ChangeState,
    FindingPlace,
    NotPersonal,
    RedactionChange,
    ReviewState,
    first_state,
    move_review,
)
from pipeline.model.span import TimeSpan
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.api_keys import is_same_person
from pipeline.store.audit import Facts, add_event
from pipeline.store.endings import list_endings_of
from pipeline.store.recordings import get_recording
from pipeline.store.redaction_changes import add_change, get_change, list_changes, mark_second, mark_undone
from pipeline.store.redaction_versions import get_version
from pipeline.store.reviews import lock_review, mark_review
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Who decides, and with what a decision is kept and carried out."""

    actor: str
    keys: Keys = field(repr=False)
    queue: WorkQueue = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is said of a place. `reason` is kept sealed."""

    kind: ChangeKind
    code: NotPersonal | None = None
    reason: str = field(default="", repr=False)
    batch: str | None = None
    renders_after: timedelta = RENDERS_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A place that should be hidden and is not, in the version that the reviewer looked at."""

    version: int
    channel: int
    time: TimeSpan
    type: EntityType


def say(tx: Transaction, place: FindingPlace, saying: Saying, *, by: Reviewer) -> RedactionChange:
    """Confirm a finding, or call it not personal.

    Raises:
        InvalidInput: no code for calling it not personal, or something is to be added, which `add_missed` does.
        Conflict: another version is in force by now, or a change of the same place is not settled yet.
        NotFound, IllegalTransition: the recording is not under review, or has ended.
    """
    is_clearing = saying.kind is ChangeKind.NOT_PERSONAL
    if saying.kind is ChangeKind.ADD or is_clearing is not (saying.code is not None):
        raise InvalidInput("what is not personal is called so for a reason from the list")
    if saying.code is NotPersonal.OTHER and not saying.reason.strip():
        raise InvalidInput("another reason has to be written down")
    check_correctable(tx, place.recording, version=place.version)
    missed = Missed(version=place.version, channel=place.channel, time=place.time, type=place.type)
    state = first_state(saying.kind, is_high_risk=place.is_high_risk)
    return _note(tx, (place.recording, missed), saying, state, by=by)


def add_missed(
    tx: Transaction, recording: RecordingId, missed: Missed, *, by: Reviewer, reason: str = ""
) -> RedactionChange:
    """Have a place hidden that was missed: its words in the text, and its time in the sound.

    Raises:
        Conflict, NotFound, IllegalTransition: as `say`.
    """
    check_correctable(tx, recording, version=missed.version)
    return _note(tx, (recording, missed), Saying(kind=ChangeKind.ADD, reason=reason), ChangeState.WAITING, by=by)


def second(tx: Transaction, changes: Collection[str], *, agrees: bool, by: Reviewer) -> tuple[RedactionChange, ...]:
    """Agree or disagree, as another person, that what is of high risk is not personal.

    Raises:
        NotFound: no such change.
        IllegalTransition: it does not wait for a second reviewer.
        NotPermitted: the same person made it.
    """
    found = [get_change(tx, change, is_locked=True) for change in sorted(set(changes))]
    for change in found:
        if change.state is not ChangeState.AWAITING_SECOND:
            raise IllegalTransition(f"a change that is {change.state.value} waits for nobody")
        if is_same_person(tx, change.actor, by.actor):
            raise NotPermitted("the second reviewer is somebody else than the first")
        if agrees:
            _check_alive(tx, change.recording)
    state = ChangeState.WAITING if agrees else ChangeState.REFUSED
    mark_second(tx, [c.id for c in found], state, actor=by.actor, due_at=tx.now + RENDERS_AFTER)
    tag = AuditTag.REDACTION_SECONDED if agrees else AuditTag.REDACTION_REFUSED
    for change in found:
        facts: Facts = {"recording": change.recording, "type": change.type.value, "first": change.actor}
        add_event(tx, tag, actor=by.actor, target=change.id, facts=facts)
        if agrees:
            enqueue(tx, change.recording, cause=f"{change.id}:second", after=RENDERS_AFTER, by=by)
    return tuple(get_change(tx, change.id) for change in found)


def undo(tx: Transaction, change: str, *, actor: str) -> RedactionChange:
    """Take a change back that is not rendered yet.

    Raises:
        NotFound: no such change.
        IllegalTransition: it is rendered, or over.
    """
    found = get_change(tx, change, is_locked=True)
    if found.state not in CAN_BE_UNDONE:
        raise IllegalTransition(f"a change that is {found.state.value} cannot be taken back")
    mark_undone(tx, [found.id])
    facts: Facts = {"recording": found.recording, "kind": found.kind.value, "type": found.type.value}
    add_event(tx, AuditTag.REDACTION_UNDONE, actor=actor, target=found.id, facts=facts)
    return replace(found, state=ChangeState.UNDONE)


def check_correctable(tx: Transaction, recording: RecordingId, *, version: int) -> ReviewState:
    """Lock a recording's review and see that its redaction may be changed on top of a version.

    Raises:
        NotFound: it is not before the reviewers.
        IllegalTransition: it has ended, or was withheld by the machine.
        Conflict: another version is in force.
    """
    state = lock_review(tx, recording)
    is_published = _check_alive(tx, recording) is RecordingState.PUBLISHED
    if not is_published and state is not ReviewState.REJECTED:
        raise IllegalTransition("nothing was published of this recording that could be changed")
    if get_version(tx, recording).number != version:
        raise Conflict("another version of the redaction is in force by now")
    return state


def enqueue(tx: Transaction, recording: RecordingId, *, cause: str, after: timedelta, by: Reviewer) -> None:
    """Have what is due by then rendered. A second is added, so that it surely is due."""
    delay_s = int(after.total_seconds()) + 1
    by.queue.enqueue_rendering(tx, tx.tenant, recording, cause=cause, delay_s=delay_s)


def _check_alive(tx: Transaction, recording: RecordingId) -> RecordingState:
    found = get_recording(tx, recording)
    if list_endings_of(tx, recording=recording, call=found.call):
        raise IllegalTransition("the recording has ended")
    return found.state


def _note(
    tx: Transaction, where: tuple[RecordingId, Missed], saying: Saying, state: ChangeState, *, by: Reviewer
) -> RedactionChange:
    recording, place = where
    _check_unsettled(list_changes(tx, recording, states=PENDING), place)
    change = RedactionChange(
        id=new_id("chg"),
        recording=recording,
        batch=saying.batch,
        kind=saying.kind,
        type=place.type,
        channel=place.channel,
        time=place.time,
        code=saying.code,
        base_version=place.version,
        actor=by.actor,
        at=tx.now,
        due_at=tx.now + saying.renders_after,
        state=state,
    )
    add_change(tx, change, reason=saying.reason.strip(), keys=by.keys)
    if saying.kind is not ChangeKind.CONFIRM:
        _reopen(tx, recording)
    facts: Facts = {
        "recording": recording,
        "kind": change.kind.value,
        "type": change.type.value,
        "code": None if change.code is None else change.code.value,
        "version": change.base_version,
        "batch": change.batch,
        "state": state.value,
    }
    add_event(tx, AuditTag.REDACTION_CHANGED, actor=by.actor, target=change.id, facts=facts)
    if state is ChangeState.WAITING:
        enqueue(tx, recording, cause=change.id, after=saying.renders_after, by=by)
    return change


def _check_unsettled(pending: Sequence[RedactionChange], place: Missed) -> None:
    for change in pending:
        if change.is_of(place.type, place.channel, place.time):
            raise Conflict("a change of this place is not settled yet")


def _reopen(tx: Transaction, recording: RecordingId) -> None:
    if lock_review(tx, recording) is ReviewState.APPROVED:
        mark_review(tx, recording, move_review(ReviewState.APPROVED, ReviewState.OPEN))
