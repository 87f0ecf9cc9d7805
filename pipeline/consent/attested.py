"""What attested evidence permits of a recording that was made before Earmark knew of it. Pure.

The rule is that of every recording (`authorise`): each person named must have agreed before it began. Where that is not
shown, it is left where it is and nobody hears it; where somebody is known to have said no, it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.consent.authorise import Basis, authorise
from pipeline.model.bulk import BulkOutcome
from pipeline.model.call import Call, Leg
from pipeline.model.consent import ConsentEvent, Method, Outcome
from pipeline.model.evidence import Attested
from pipeline.model.ids import CallId, LegId, RecordingId, new_id
from pipeline.model.recording import UPLOADED, Recording, RecordingState, uploaded_sid
from pipeline.model.tenant import Tenant
from pipeline.ports.recordings import VendorRecording

DIRECTION: Final = "backfill"
"""Of calls that Earmark had no part in."""
_ACTS: Final = (Method.DTMF, Method.PRIOR_WRITTEN)
"""Where a law wants an affirmative act, these are one."""
_NO: Final = (Outcome.DECLINED, Outcome.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A recording as its source tells of it."""

    recording_sid: str
    call_sid: str
    source: str
    channels: int
    started_at: datetime
    duration_s: int | None
    encryption: Mapping[str, str] | None = field(default=None, repr=False)


def made_of(theirs: VendorRecording) -> Made | None:
    """Read what a vendor lists; None where it is no finished recording of a call."""
    if theirs.status != "completed" or theirs.is_deleted or not theirs.call_sid or theirs.started_at is None:
        return None
    return Made(
        recording_sid=theirs.recording_sid,
        call_sid=theirs.call_sid,
        source=theirs.source,
        channels=theirs.channels,
        started_at=theirs.started_at,
        duration_s=theirs.duration_s,
        encryption=theirs.encryption,
    )


def made_of_file(sha256: str, *, channels: int, duration_ms: int, attested: Sequence[Attested]) -> Made | None:
    """Give a file as a recording of the moment that is attested; None where none is."""
    recorded_at = next((one.recorded_at for one in attested), None)
    if recorded_at is None:
        return None
    sid = uploaded_sid(sha256)
    return Made(
        recording_sid=sid,
        call_sid="CA" + sid[2:],
        source=UPLOADED,
        channels=channels,
        started_at=recorded_at,
        duration_s=duration_ms // 1000,
    )


def recording_of(made: Made, owner: Tenant, *, call: CallId | None, now: datetime) -> Recording:
    """Give it as it will be noted."""
    return Recording(
        id=RecordingId(new_id("rec")),
        tenant=owner.id,
        call=call,
        recording_sid=made.recording_sid,
        state=RecordingState.COMPLETED,
        source=made.source,
        channels=made.channels,
        started_at=made.started_at,
        duration_s=made.duration_s,
        noted_at=now,
    )


def basis_of(
    made: Made, attested: Sequence[Attested], owner: Tenant, *, policy_digest: str, matrix_version: str
) -> Basis:
    """Give the call, its people and what they answered, as they are attested."""
    call = Call(
        id=CallId(new_id("call")),
        tenant=owner.id,
        call_sid=made.call_sid,
        direction=DIRECTION,
        started_at=made.started_at,
        mode="operator_attested",
        tokens=(),
        locale=owner.settings.locale,
        policy_digest=policy_digest,
        matrix_version=matrix_version,
        instance=owner.settings.instance,
    )
    legs = [
        Leg(
            id=LegId(new_id("leg")),
            call=call.id,
            role=role,
            leg_sid=None,
            number_ref=None,
            candidates=owner.settings.establishment,
        )
        for role in sorted({one.leg for one in attested})
    ]
    return Basis(call=call, legs=legs, consents=[_event(one) for one in attested])


def foresee(made: Made, attested: Sequence[Attested], owner: Tenant, *, now: datetime) -> BulkOutcome | None:
    """Say why a recording is not taken in, or that it is taken in to be refused; None where it may be kept."""
    if not attested:
        return BulkOutcome.NO_EVIDENCE
    basis = basis_of(made, attested, owner, policy_digest="", matrix_version="")
    call = basis.call.id if basis.call else None
    answer = authorise(recording_of(made, owner, call=call, now=now), basis, owner)
    if answer.is_authorised:
        return None
    is_no = answer.reason.endswith(tuple(outcome.value for outcome in _NO))
    return BulkOutcome.REFUSED if is_no else BulkOutcome.NOT_COVERED


def _event(one: Attested) -> ConsentEvent:
    return ConsentEvent(
        leg_role=one.leg,
        purpose=one.purpose,
        outcome=one.outcome,
        method=Method.ATTESTED_EVIDENCE if one.way in _ACTS else Method.ATTESTED_IMPLIED,
        at=one.given_on,
        script=None,
    )
