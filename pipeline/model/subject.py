"""A person's request about their own data: what is asked, where it stands, by when it is due, and who it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pipeline.model.decision_terms import Clause
from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import CallId, RecordingId


class RequestKind(StrEnum):
    """What a person asks for."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    """That nothing of theirs is trained on."""
    WITHDRAWAL = "withdrawal"
    OPT_OUT_OF_SALE = "opt_out_of_sale"
    """Nothing is ever sold, so there is nothing to stop; it is noted and answered all the same."""


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    IDENTITY_ASKED = "identity_asked"
    VERIFIED = "verified"
    WORKING = "working"
    ANSWERED = "answered"
    REFUSED = "refused"
    CLOSED = "closed"


class Identity(StrEnum):
    """How we know who asks."""

    NONE = "none"
    CODE = "code"
    """A code that was sent to the number or address on record came back."""
    OPERATOR = "operator"
    """A person of the tenant looked at proof and says so."""
    AGENT = "agent"
    """An authorised agent acts for them; a person of the tenant saw the authority."""


NOT_ANSWERED: Final = frozenset(
    {RequestState.OPEN, RequestState.IDENTITY_ASKED, RequestState.VERIFIED, RequestState.WORKING}
)
"""While a request is in one of these, nothing of the person is trained on."""
NEEDS_NO_IDENTITY: Final = frozenset({RequestKind.OBJECTION, RequestKind.OPT_OUT_OF_SALE})
"""What only ever keeps more from happening is done for whoever asks."""

_NEXT: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.OPEN: frozenset(
        {RequestState.IDENTITY_ASKED, RequestState.VERIFIED, RequestState.REFUSED, RequestState.CLOSED}
    ),
    RequestState.IDENTITY_ASKED: frozenset({RequestState.VERIFIED, RequestState.REFUSED, RequestState.CLOSED}),
    RequestState.VERIFIED: frozenset({RequestState.WORKING, RequestState.REFUSED, RequestState.CLOSED}),
    RequestState.WORKING: frozenset({RequestState.ANSWERED, RequestState.REFUSED}),
    RequestState.ANSWERED: frozenset({RequestState.CLOSED}),
    RequestState.REFUSED: frozenset({RequestState.CLOSED}),
    RequestState.CLOSED: frozenset(),
}


def advance_request(kind: RequestKind, now: RequestState, then: RequestState) -> RequestState:
    """Move a request on; where it is there already, it stays.

    Raises:
        IllegalTransition: it cannot go there, or not before it is known who asks.
    """
    is_free = kind in NEEDS_NO_IDENTITY and now in (RequestState.OPEN, RequestState.IDENTITY_ASKED)
    if then is now or then in _NEXT[now] or (is_free and then is RequestState.WORKING):
        return then
    if now in (RequestState.OPEN, RequestState.IDENTITY_ASKED):
        raise IllegalTransition("nobody has shown yet who asks")
    raise IllegalTransition(f"a request that is {now} cannot become {then}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day for an answer, the clause that set it, and the days on which somebody is reminded."""

    due_on: date
    half_on: date
    late_on: date
    clause: Clause


class IdentifierKind(StrEnum):
    """By what a person is looked for."""

    NUMBER = "number"
    NAME = "name"
    EMAIL = "email"
    ACCOUNT = "account"


class Whose(StrEnum):
    """Whether a person was found on their own call, or in what others said."""

    OWN = "own"
    OTHERS = "others"


class Strength(StrEnum):
    """How sure it is that the person was meant."""

    STRONG = "strong"
    POSSIBLE = "possible"
    """A first name, or the last digits of a number: somebody has to look before anything is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One thing that names a person. The value is never logged or written outside sealed bytes."""

    kind: IdentifierKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMatch:
    """A call or recording in which a person was found."""

    call: CallId | None
    recording: RecordingId | None
    whose: Whose
    strength: Strength
    kinds: tuple[IdentifierKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDetails:
    """Who asks and what they wrote. Kept only sealed."""

    identifiers: tuple[Identifier, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    agent: str = field(default="", repr=False)
    """The authorised agent who acts for them; empty: they ask themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequest:
    """One request as it stands now. `result` holds counts, ids and enum values only."""

    id: str
    kind: RequestKind
    state: RequestState
    channel: str
    received_on: date
    deadline: Deadline
    place: str | None
    identity: Identity
    terms: tuple[str, ...] = field(repr=False)
    """Keyed digests of what surely names the person."""
    verified_terms: tuple[str, ...] = field(repr=False)
    """Those of them that were shown to be the person's own."""
    result: Mapping[str, object]
    export: str | None
    changed_at: datetime

    @property
    def is_answered(self) -> bool:
        """Say whether what was asked for was done; a refusal is an answer of another kind."""
        return self.state in (RequestState.ANSWERED, RequestState.CLOSED)
