"""What signed consent receipts of an installation of Earmark show of a recording that comes from there. Pure.

A receipt is evidence and no more: who takes the recording in asked nobody. So each answer counts as attested, an
affirmative act only where it was one, and a yes to training not at all, since it was given to somebody else. Receipts
that name another moment than the recording's, or of several recordings, show nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.consent.receipt_form import AnswerPart, ReceiptPart
from pipeline.consent.start_window import CLOCK_TOLERANCE
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose

_ACTS: Final = (Method.DTMF, Method.PRIOR_WRITTEN, Method.OPERATOR_ATTESTED, Method.ATTESTED_EVIDENCE)
"""Where a law wants an affirmative act, these are one: the same that count where the recording was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """Somebody on the call, with the places whose law may be theirs."""

    role: LegRole
    ordinal: int
    places: tuple[str, ...]
    joined_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What receipts show of one recording."""

    tenant: str
    recording_sid: str
    people: tuple[PersonShown, ...]
    events: tuple[ConsentEvent, ...]


def read_shown(receipts: Sequence[ReceiptPart], *, started_at: datetime) -> Shown | None:
    """Read what receipts show of the recording that began at a moment; None where that is nothing.

    Args:
        receipts: each signed by a key that the reader trusts.
        started_at: when the recording began, as its file says.
    """
    fitting = [one for one in receipts if _is_of(one, started_at)]
    told = {(one.tenant, one.call_sid, one.recording_sid) for one in fitting}
    if len(told) != 1:
        return None
    tenant, _, recording_sid = told.pop()
    events = tuple(sorted(set(_events(fitting)), key=lambda e: (e.at, e.leg_role, e.ordinal, e.purpose, e.outcome)))
    return Shown(tenant=tenant, recording_sid=recording_sid or "", people=tuple(_people(fitting)), events=events)


def _is_of(receipt: ReceiptPart, started_at: datetime) -> bool:
    stated = receipt.recording_started_at
    return receipt.recording_sid is not None and stated is not None and abs(stated - started_at) <= CLOCK_TOLERANCE


def _people(receipts: Sequence[ReceiptPart]) -> Iterator[PersonShown]:
    first = {(one.leg.role, one.leg.ordinal): one for one in reversed(receipts) if one.leg.role is not LegRole.AGENT}
    for role, ordinal in sorted(first):
        leg = first[role, ordinal].leg
        places = {p.place for one in receipts for p in one.jurisdictions if (p.leg, p.ordinal) == (role, ordinal)}
        yield PersonShown(
            role=role, ordinal=ordinal, places=tuple(sorted(places)), joined_at=leg.joined_at, left_at=leg.left_at
        )


def _events(receipts: Sequence[ReceiptPart]) -> Iterator[ConsentEvent]:
    for receipt in receipts:
        if receipt.purpose is not Purpose.TRAIN:
            yield from (_event(receipt, answer) for answer in receipt.answers)


def _event(receipt: ReceiptPart, answer: AnswerPart) -> ConsentEvent:
    is_act = answer.method in _ACTS and answer.outcome is Outcome.GRANTED
    return ConsentEvent(
        leg_role=receipt.leg.role,
        purpose=receipt.purpose,
        outcome=answer.outcome,
        method=Method.ATTESTED_EVIDENCE if is_act else Method.ATTESTED_IMPLIED,
        at=answer.at,
        script=None,
        ordinal=receipt.leg.ordinal,
        round=answer.round,
    )
