"""Whether a vCon is taken in: not twice, not after its end, and not where nothing shows that everybody agreed.

It is known by the conversation that it names and by its bytes, and where it is of this tenant's own making by the
recording that its receipts are of. What was refused or purged does not come back under any of these names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.consent.authorise import authorise
from pipeline.consent.evidenced import Shown
from pipeline.consent.start_window import CLOCK_TOLERANCE
from pipeline.intake.import_recording import Given, JudgedBy, Upload, basis_of, recording_of
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.errors import Conflict
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.store.artifacts import find_original_named
from pipeline.store.calls import find_call_by_sid
from pipeline.store.recordings import find_recording_by_sid, list_recordings
from pipeline.store.session import Transaction

_OVER: Final = (RecordingState.REFUSED, RecordingState.PURGED)
_NO: Final = (Outcome.DECLINED, Outcome.WITHDRAWN)
_SLACK_MS: Final = 2 * int(CLOCK_TOLERANCE.total_seconds() * 1000)
"""How far a sound that was cut where it is cut may reach past the moment, since clocks differ on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of it: it may be kept; or it is noted to be refused; or, with a `reason`, it is left."""

    may_be_kept: bool
    is_noted: bool
    reason: str


def find_imported(tx: Transaction, upload: Upload, shown: Shown | None, *, named: str) -> Recording | None:
    """Find what the same vCon was imported as before; None where it is new.

    Args:
        tx: the tenant's transaction.
        upload: the vCon's sound, with the name of its conversation.
        shown: what its receipts show.
        named: the name that its sound has in this tenant's vault.

    Raises:
        Conflict: it ended before; or the conversation is here with another sound, the sound in another conversation, or
            it is a recording of this tenant itself.
    """
    if shown is not None and shown.tenant == tx.tenant:
        own = find_recording_by_sid(tx, shown.recording_sid)
        if own is not None:
            _check_not_over((own,))
            raise Conflict(f"this is this tenant's own recording {own.id}")
    call = find_call_by_sid(tx, upload.call_sid) if upload.call_sid else None
    before = list_recordings(tx, call=call.id) if call else ()
    _check_not_over(before)
    same = next((one for one in before if one.recording_sid == upload.recording_sid), None)
    if same is not None:
        return same
    if before:
        raise Conflict(f"this conversation is here with another sound: {before[0].id}")
    known = find_recording_by_sid(tx, upload.recording_sid)
    _check_not_over((known,) if known else ())
    was_purged = find_original_named(tx, named)
    if was_purged:
        raise Conflict("this sound was purged before, and stays so")
    if known is not None or was_purged is not None:
        raise Conflict("this very sound is here already, as another recording")
    return None


def foresee_import(
    owner: Tenant, upload: Upload, given: Given, roles: tuple[str | None, ...], judged_by: JudgedBy
) -> Foreseen:
    """Judge it by the rule of every recording, before a byte is kept.

    Args:
        owner: the tenant.
        upload: its sound.
        given: what is shown of consent to it.
        roles: what the vCon calls its parties: of each but the agent something must be shown.
        judged_by: the policy in force, and the version of the law.
    """
    if not given.events:
        return Foreseen(may_be_kept=False, is_noted=False, reason="no_receipt")
    if not _is_everybody_shown(given, roles):
        return Foreseen(may_be_kept=False, is_noted=False, reason="party_without_receipt")
    basis = basis_of(owner, upload, given, judged_by=judged_by)
    would_be = recording_of(owner, upload, given, call=basis.call.id if basis.call else None)
    answer = authorise(would_be, basis, owner, length_ms=upload.duration_ms)
    if not answer.is_authorised:
        is_no = answer.reason.endswith(tuple(outcome.value for outcome in _NO))
        return Foreseen(may_be_kept=False, is_noted=is_no, reason=answer.reason)
    if answer.cut_at_ms is not None and upload.duration_ms > answer.cut_at_ms + _SLACK_MS:
        return Foreseen(may_be_kept=False, is_noted=False, reason=str(answer.cut_reason))
    return Foreseen(may_be_kept=True, is_noted=True, reason=answer.reason)


def _check_not_over(found: tuple[Recording, ...]) -> None:
    for one in found:
        if one.state in _OVER:
            raise Conflict(f"this vCon was {one.state} before, and stays so")


def _is_everybody_shown(given: Given, roles: tuple[str | None, ...]) -> bool:
    """Say whether each party is software of the tenant's, or one of those whose receipts there are."""
    left = [person.role.value for person in given.people]
    for role in roles:
        if role == LegRole.AGENT.value:
            continue
        if role not in left:
            return False
        left.remove(role)
    return True
