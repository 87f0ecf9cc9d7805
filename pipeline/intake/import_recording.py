"""A recording handed in by an operator, with the evidence of consent that came with it.

Of a plain sound file his own attestation is the evidence, for everything but training. Of a vCon it is what receipts
show that are signed by keys he trusts; he attests nothing then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.consent.authorise import Basis
from pipeline.consent.evidenced import PersonShown, Shown
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose
from pipeline.model.errors import Conflict
from pipeline.model.ids import CallId, LegId, RecordingId, new_id
from pipeline.model.recording import UPLOADED, Recording, RecordingState, uploaded_sid
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.ports.keys import Keys
from pipeline.store.calls import add_call, add_leg, find_call_by_sid
from pipeline.store.consents import add_consent
from pipeline.store.recordings import note_recording
from pipeline.store.session import Transaction

type JudgedBy = tuple[Bundle, str]
"""The policy in force, and the version of the law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was handed in. The same bytes are the same recording, however often they come.

    `call_sid` names the conversation where the file itself does; else it is named by the bytes.
    """

    sha256: str
    channels: int
    duration_ms: int
    duration_s: int | None = None
    call_sid: str | None = None

    @property
    def recording_sid(self) -> str:
        """Name it as a vendor would."""
        return uploaded_sid(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who was on the call and what each answered, and by which way that came here (`cause`)."""

    direction: str
    started_at: datetime
    people: tuple[PersonShown, ...]
    events: tuple[ConsentEvent, ...]
    cause: str
    locale: str | None = None
    """What is spoken, where that is told; else what the tenant says of its calls."""


_OVER: Final = frozenset({RecordingState.REFUSED, RecordingState.PURGED})
_VCON: Final = "vcon"
"""The direction of calls that came as a vCon."""


def attested_by_operator(*, at: datetime) -> Given:
    """Give an operator's word: one caller, who agreed to everything but training."""
    events = (
        ConsentEvent(
            leg_role=LegRole.CALLER,
            purpose=purpose,
            outcome=Outcome.GRANTED,
            method=Method.OPERATOR_ATTESTED,
            at=at,
            script=None,
        )
        for purpose in RECORDING_PURPOSES
    )
    caller = PersonShown(role=LegRole.CALLER, ordinal=1, places=(), joined_at=None, left_at=None)
    return Given(direction="upload", started_at=at, people=(caller,), events=tuple(events), cause="upload")


def shown_by_receipts(shown: Shown | None, *, started_at: datetime, origin: str, locale: str | None = None) -> Given:
    """Give what receipts show; of what shows nothing, nobody is known who agreed."""
    return Given(
        direction=_VCON,
        started_at=started_at,
        people=shown.people if shown else (),
        events=shown.events if shown else (),
        cause=f"vcon:{origin}",
        locale=locale,
    )


def import_recording(
    tx: Transaction, owner: Tenant, upload: Upload, given: Given, *, judged_by: JudgedBy, keys: Keys, actor: str = "cli"
) -> Recording:
    """Add call, legs, evidence and recording, or find them where the same file came before.

    Raises:
        Conflict: the same file was refused or purged before; an upload brings neither back.
    """
    basis = basis_of(owner, upload, given, judged_by=judged_by)
    if basis.call is None:
        raise Conflict("a recording that is handed in has a call")
    known = find_call_by_sid(tx, basis.call.call_sid)
    call = known.id if known else basis.call.id
    if known is None:
        add_call(tx, basis.call, training_gate=False, numbers={}, keys=keys)
        for leg in basis.legs:
            add_leg(tx, leg)
    told = Counter[tuple[LegRole, int, Purpose]]()
    for event in given.events:  # an answer has the same name whichever others come with it the next time
        of = event.leg_role, event.ordinal, event.purpose
        told[of] += 1
        again = f":{told[of]}" if told[of] > 1 else ""
        add_consent(tx, call, event, cause=given.cause + again, actor=actor)
    found = note_recording(tx, recording_of(owner, upload, given, call=call))
    if found.state in _OVER:
        raise Conflict(f"this file was {found.state} before, and stays so")
    return found


def recording_of(owner: Tenant, upload: Upload, given: Given, *, call: CallId | None) -> Recording:
    """Give it as it will be noted."""
    return Recording(
        id=RecordingId(new_id("rec")),
        tenant=owner.id,
        call=call,
        recording_sid=upload.recording_sid,
        state=RecordingState.COMPLETED,
        source=UPLOADED,
        channels=upload.channels,
        started_at=given.started_at,
        duration_s=upload.duration_ms // 1000 if upload.duration_s is None else upload.duration_s,
    )


def basis_of(owner: Tenant, upload: Upload, given: Given, *, judged_by: JudgedBy) -> Basis:
    """Give the call with its people and answers, as its permission will be judged."""
    bundle, matrix_version = judged_by
    call = Call(
        id=CallId(new_id("call")),
        tenant=owner.id,
        call_sid=upload.call_sid or "CA" + upload.recording_sid[2:],
        direction=given.direction,
        started_at=given.started_at,
        mode="operator_attested",
        tokens=(),
        locale=given.locale or owner.settings.locale,
        policy_digest=bundle.digest,
        matrix_version=matrix_version,
        instance=owner.settings.instance,
    )
    legs = [
        Leg(
            id=LegId(new_id("leg")),
            call=call.id,
            role=person.role,
            leg_sid=None,
            number_ref=None,
            candidates=tuple(dict.fromkeys((*person.places, *owner.settings.establishment))),
            ordinal=person.ordinal,
            joined_at=person.joined_at,
            left_at=person.left_at,
        )
        for person in given.people
    ]
    return Basis(call=call, legs=legs, consents=given.events)
