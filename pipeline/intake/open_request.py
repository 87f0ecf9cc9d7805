"""A request of a person comes in: its clock starts, and at once nothing of theirs is trained on.

Whether the person is known here is not told to whoever asks. A proof of who they are is asked for later and stops
nothing: the day that counts is the day the request came.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import new_id
from pipeline.model.subject import (
    Identity,
    PersonMatch,
    RequestKind,
    RequestState,
    Strength,
    SubjectDetails,
    SubjectRequest,
    Whose,
)
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import PLACE, JurisdictionMatrix
from pipeline.policies.loader import load_rights_clocks
from pipeline.policies.rights_clock import deadline
from pipeline.ports.keys import Keys
from pipeline.redaction.person_terms import index_key
from pipeline.store.audit import Facts, add_event
from pipeline.store.blind_terms import Wanted, find_person, want
from pipeline.store.decisions import stop_training
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import add_request

_MOST_IDENTIFIERS: Final = 20
_LONGEST_NOTE: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody asks for."""

    kind: RequestKind
    details: SubjectDetails = field(repr=False)
    channel: str
    place: str | None = None
    received_on: date | None = None
    """The day it came, where that was before today, such as by letter; None: today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request that was taken in, and the token by which its person follows it. The token is told once."""

    request: SubjectRequest
    token: str = field(repr=False)
    found: tuple[PersonMatch, ...]


def open_request(
    tx: Transaction, ask: Ask, *, bundle: Bundle, matrix: JurisdictionMatrix, keys: Keys, actor: str
) -> Opened:
    """Take a request in, set its clock, and stop training on everything that the person is found in.

    Raises:
        InvalidInput: nothing to find a person by, something of another shape, or a day that has not come yet.
    """
    _check(ask, today=tx.now.date())
    received_on = ask.received_on or tx.now.date()
    wanted = want(ask.details.identifiers, key=index_key(keys.digest_key(tx.tenant)))
    request = SubjectRequest(
        id=new_id("dsr"),
        kind=ask.kind,
        state=RequestState.OPEN,
        channel=ask.channel,
        received_on=received_on,
        deadline=deadline(received_on, bundle, load_rights_clocks(), places=_places(ask.place, matrix)),
        place=ask.place,
        identity=Identity.NONE,
        terms=sure_terms(wanted),
        verified_terms=(),
        result={},
        export=None,
        changed_at=tx.now,
    )
    token = secrets.token_urlsafe(24)
    add_request(tx, request, ask.details, token=token, keys=keys, actor=actor)
    found = find_person(tx, wanted)
    stopped = stop_training(
        tx,
        recordings=[m.recording for m in found if m.recording is not None],
        calls=[m.call for m in found if m.call is not None and m.strength is Strength.STRONG],
    )
    facts: Facts = {**count_found(found), "training_stopped": stopped}
    add_event(tx, AuditTag.SUBJECT_FOUND, actor=actor, target=request.id, facts=facts)
    return Opened(request=request, token=token, found=found)


def sure_terms(wanted: tuple[Wanted, ...]) -> tuple[str, ...]:
    """Give every digest that surely names the person."""
    return tuple(sorted({term for one in wanted for term in one.sure}))


def count_found(found: tuple[PersonMatch, ...]) -> dict[str, int]:
    """Count where a person was found, by whose call it is and how sure it is."""
    return {
        f"{whose}_{strength}": sum(m.whose is whose and m.strength is strength for m in found)
        for whose in Whose
        for strength in Strength
    }


def _check(ask: Ask, *, today: date) -> None:
    if not 0 < len(ask.details.identifiers) <= _MOST_IDENTIFIERS:
        raise InvalidInput(f"a person is looked for by 1 to {_MOST_IDENTIFIERS} numbers, names, addresses or accounts")
    if len(ask.details.note) > _LONGEST_NOTE or len(ask.details.agent) > _LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {_LONGEST_NOTE} characters")
    if ask.received_on is not None and ask.received_on > today:
        raise InvalidInput("a request cannot have come after today")
    if ask.place is not None and not PLACE.fullmatch(ask.place):
        raise InvalidInput("a place is a country or a part of one, such as NZ or US-CA")


def _places(place: str | None, matrix: JurisdictionMatrix) -> tuple[str, ...]:
    """Give a place with all that it belongs to."""
    return () if place is None else (place, *(row.id for row in matrix.lineage(place)), place.partition("-")[0])
