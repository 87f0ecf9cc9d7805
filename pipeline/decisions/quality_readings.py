"""Reading what was drawn, blind: taking a call, giving it back, finishing it, and settling what two readers differ in.

Nobody reads a call twice, nobody is told whether somebody else reads it too, and who settles is a third person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pipeline.decisions.corrections import Missed, Reviewer, add_missed
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.quality import Findings, Sheet, Verdict, count_types
from pipeline.model.second_reading import Choice, Compared, compare, find_disputes, settle
from pipeline.ports.keys import Keys
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import Facts, add_event
from pipeline.store.quality_disputes import read_dispute
from pipeline.store.quality_rates import find_rates
from pipeline.store.quality_readings import (
    Reading,
    get_reading,
    list_readings_of,
    mark_done,
    mark_returned,
    open_findings,
    take_reading,
)
from pipeline.store.quality_samples import (
    DISPUTED,
    OPEN,
    Sample,
    Settled,
    get_sample,
    mark_disputed,
    mark_finished,
)
from pipeline.store.redaction_versions import get_version
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What finishing a reading works with."""

    keys: Keys = field(repr=False)
    queue: WorkQueue = field(repr=False)

    def as_reviewer(self, actor: str) -> Reviewer:
        """Let a reader correct what they found."""
        return Reviewer(actor=actor, keys=self.keys, queue=self.queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a third person says of all that is disputed: a verdict an entity, a choice a stretch of marks, and why."""

    verdicts: Mapping[int, Verdict]
    marks: Sequence[Choice]
    reason: str = field(repr=False)
    """Kept sealed."""


def take(tx: Transaction, *, actor: str) -> Reading | None:
    """Give somebody a call to read that they never had; None where none waits for them."""
    reading = take_reading(tx, actor)
    if reading is not None:
        add_event(tx, AuditTag.QUALITY_TAKEN, actor=actor, target=reading.id, facts={"sample": reading.sample})
    return reading


def give_back(tx: Transaction, reading: str, *, actor: str) -> None:
    """Let somebody else read a call; whoever gives it back does not get it again.

    Raises:
        NotFound: the actor has no such reading.
        IllegalTransition: it is finished or was given back.
    """
    found = get_reading(tx, reading, reader=actor)
    if not mark_returned(tx, reading):
        raise IllegalTransition("this reading is over")
    add_event(tx, AuditTag.QUALITY_RETURNED, actor=actor, target=reading, facts={"sample": found.sample})


def finish(
    tx: Transaction, reading: str, findings: Findings, *, sheet: Sheet, is_whole: bool, desk: Desk, actor: str
) -> None:
    """Keep what a reader found. After the last reader the call is finished, or what they differ in is to be settled.

    What was missed is hidden in the next version of the redaction.

    Args:
        tx: the transaction.
        reading: which; the actor's own.
        findings: made on `sheet`.
        sheet: what was read.
        is_whole: the reader's word that the whole call was read.
        desk: keys, and the queue for an evaluation case.
        actor: the reader.

    Raises:
        NotFound: the actor has no such reading.
        InvalidInput: not the whole call was read, or an entity has no verdict.
        IllegalTransition: it is finished or was given back.
    """
    if not is_whole:
        raise InvalidInput("a reading counts when the whole call was read")
    count_types(findings, sheet.types)
    mine = get_reading(tx, reading, reader=actor)
    sample = get_sample(tx, mine.sample, is_locked=True)
    if not mark_done(tx, reading, findings, keys=desk.keys):
        raise IllegalTransition("this reading is over")
    add_event(tx, AuditTag.QUALITY_READ, actor=actor, target=reading, facts={"sample": sample.id})
    done = list_readings_of(tx, sample.id)
    if len(done) < 1 + sample.has_second:
        return
    found = [open_findings(tx, one.id, keys=desk.keys) for one in done]
    compared = compare(found[0], found[1], sheet) if sample.has_second else None
    if compared is not None and find_disputes(found[0], found[1]):
        mark_disputed(tx, sample.id, compared)
        add_event(tx, AuditTag.QUALITY_DISPUTED, actor="system", target=sample.id)
        return
    _finish(tx, sample, found[0], sheet, desk, compared=compared)
    _have_hidden(tx, sample.recording, found[0], sheet, desk.as_reviewer(actor))


def rule(tx: Transaction, sample: str, ruling: Ruling, *, sheet: Sheet, desk: Desk, actor: str) -> None:
    """Settle what two readers differ in; what they agree on stands.

    Raises:
        NotFound: no such sample.
        NotPermitted: the actor had this call to read.
        InvalidInput: no reason, or not just what is disputed is settled.
        IllegalTransition: nothing is disputed.
    """
    if not ruling.reason.strip():
        raise InvalidInput("settling needs a reason")
    found, (first, second) = read_dispute(tx, sample, actor, keys=desk.keys, is_locked=True)
    settled = settle(first, second, verdicts=ruling.verdicts, marks=ruling.marks)
    facts = {"verdicts": len(ruling.verdicts), "marks": len(ruling.marks)}
    add_event(tx, AuditTag.QUALITY_SETTLED, actor=actor, target=sample, facts=facts)
    _finish(tx, found, settled, sheet, desk, settled=Settled(by=actor, why=ruling.reason.strip()))
    _have_hidden(tx, found.recording, settled, sheet, desk.as_reviewer(actor))


def _finish(
    tx: Transaction,
    sample: Sample,
    findings: Findings,
    sheet: Sheet,
    desk: Desk,
    *,
    compared: Compared | None = None,
    settled: Settled | None = None,
) -> None:
    if sample.state not in (OPEN, DISPUTED):
        raise IllegalTransition("this sample is finished")
    counts = count_types(findings, sheet.types)
    mark_finished(tx, sample.id, findings, counts=counts, compared=compared, settled=settled, keys=desk.keys)
    facts: Facts = {"recording": sample.recording, "entities": len(findings.verdicts), "missed": len(findings.missed)}
    add_event(tx, AuditTag.QUALITY_FINISHED, actor="system", target=sample.id, facts=facts)
    if find_rates(tx).keeps_cases:
        desk.queue.enqueue_case(tx, tx.tenant, sample.id, cause="finished")


def _have_hidden(tx: Transaction, recording: RecordingId, findings: Findings, sheet: Sheet, by: Reviewer) -> None:
    """Have what was missed hidden in the next version.

    What ended or was withheld since it was drawn stays as it is, and a change of the same place is left to go on.
    """
    channels = {turn.index: turn.channel for turn in sheet.turns}
    for one in findings.missed:
        with suppress(Conflict, IllegalTransition, NotFound):
            version = get_version(tx, recording).number
            place = Missed(version=version, channel=channels[one.turn], time=one.time, type=one.type)
            add_missed(tx, recording, place, by=by)
