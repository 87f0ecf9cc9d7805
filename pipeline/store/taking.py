"""Whether a recording that was made before may be taken in: not twice, not after its end, not without consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.consent.attested import DIRECTION, Made, foresee
from pipeline.model.bulk import BulkOutcome
from pipeline.model.evidence import Attested
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.model.tenant import Tenant
from pipeline.store.artifacts import find_original_named
from pipeline.store.calls import find_call_by_sid
from pipeline.store.recordings import find_recording_by_sid
from pipeline.store.session import Transaction

_OVER = (RecordingState.REFUSED, RecordingState.PURGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A recording that somebody wants taken in: its SID, what is told and attested of it.

    `made` is None where it cannot be used; `named` is the name that its bytes have in the vault, where they were read.
    """

    recording_sid: str
    made: Made | None
    attested: Sequence[Attested] = field(repr=False)
    named: str | None = None


def why_not_taken(
    tx: Transaction, one: Candidate, owner: Tenant, *, noted_as: RecordingId | None = None
) -> BulkOutcome | None:
    """Say why it is left where it is, or that it is taken in to be refused; None where it is taken in to be kept.

    Args:
        tx: the tenant's transaction.
        one: the recording.
        owner: the tenant.
        noted_as: what an earlier attempt at the same item noted it as; that is not known by another way.
    """
    known = find_recording_by_sid(tx, one.recording_sid)
    if known is not None and known.id != noted_as:
        return BulkOutcome.GONE if known.state in _OVER else BulkOutcome.KNOWN
    was_purged = find_original_named(tx, one.named) if one.named and known is None else None
    if was_purged is not None:
        return BulkOutcome.GONE if was_purged else BulkOutcome.KNOWN
    if not one.attested:
        return BulkOutcome.NO_EVIDENCE
    if one.made is None:
        return BulkOutcome.UNUSABLE
    call = find_call_by_sid(tx, one.made.call_sid)
    if call is not None and call.direction != DIRECTION:
        return BulkOutcome.KNOWN  # what was asked in it is known: its news goes the way of a callback
    return foresee(one.made, one.attested, owner, now=tx.now)
