"""One recording before the reviewers: where it is, whose it is, and what one may ask the queue for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.risk import ConsentSign, Mark, RiskPart


class QueueState(StrEnum):
    """Where a recording is in the queue. Approving and rejecting end a review as closing does, with an outcome."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    CLOSED = "closed"
    """Looked at; nothing was to be said of its redaction."""
    APPROVED = "approved"
    REJECTED = "rejected"
    PURGED = "purged"


WAITING: Final = frozenset({QueueState.OPEN, QueueState.CLAIMED, QueueState.ESCALATED})


class Move(StrEnum):
    """What somebody does with a place in the queue."""

    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


_FROM: Final[Mapping[Move, frozenset[QueueState]]] = {
    Move.CLAIM: frozenset({QueueState.OPEN, QueueState.ESCALATED}),
    Move.RELEASE: frozenset({QueueState.CLAIMED}),
    Move.ASSIGN: WAITING,
    Move.ESCALATE: WAITING,
    Move.CLOSE: WAITING,
    Move.REOPEN: frozenset({QueueState.CLOSED, QueueState.APPROVED}),
}
_TO: Final[Mapping[Move, QueueState]] = {
    Move.CLAIM: QueueState.CLAIMED,
    Move.RELEASE: QueueState.OPEN,
    Move.ASSIGN: QueueState.CLAIMED,
    Move.ESCALATE: QueueState.ESCALATED,
    Move.CLOSE: QueueState.CLOSED,
    Move.REOPEN: QueueState.OPEN,
}


def moves_from(state: QueueState) -> tuple[Move, ...]:
    """List what can be done with an item in a state."""
    return tuple(move for move in Move if state in _FROM[move])


def moved(state: QueueState, move: Move) -> QueueState:
    """Say where a move leads.

    Raises:
        IllegalTransition: not from here.
    """
    if state not in _FROM[move]:
        raise IllegalTransition(f"what is {state} cannot be moved by {move}")
    return _TO[move]


class EscalationGroup(StrEnum):
    """To whom a recording is escalated when it is to nobody by name."""

    PRIVILEGED_REVIEWERS = "group:privileged_reviewer"
    ADMINS = "group:tenant_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One line of the queue. `version` grows with every move, so that two people never move it at once."""

    id: str
    recording: RecordingId
    state: QueueState
    risk: int
    parts: tuple[RiskPart, ...]
    marks: tuple[Mark, ...]
    entity_types: tuple[str, ...]
    entities: int
    consent: ConsentSign | None
    """None before it is assessed, and once it is purged."""
    policy_digest: str | None
    opened_at: datetime
    assignee: str | None
    escalated_to: str | None
    version: int


class QueueOrder(StrEnum):
    """What stands first."""

    RISK = "risk"
    AGE = "age"


AGES: Final = (1, 7, 30, 90)
RISKS: Final = (20, 40, 60, 80)
WAITS: Final = "waiting"
"""The state that stands for everything nobody has finished with."""
ANY: Final = "any"
ME: Final = "me"
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What is asked for: names of ours, digests and logins alone, so that it may stand in an address and a row."""

    state: str = WAITS
    risk: int = 0
    """Only this risk and more."""
    days: int = 0
    """Only what has waited so many days or longer."""
    entity: str = ""
    consent: str = ""
    assignee: str = ""
    policy: str = ""
    mark: str = ""
    order: str = QueueOrder.RISK.value

    def plain(self) -> dict[str, str]:
        """Give what differs from asking for nothing, as text."""
        nothing = asdict(QueueFilter())
        return {name: str(value) for name, value in asdict(self).items() if value != nothing[name]}


def read_filter(given: Mapping[str, str]) -> QueueFilter:
    """Read what is asked for; a name that is not one of ours is left out.

    Raises:
        InvalidInput: a value that its name cannot have.
    """
    asked = {name: value for name, value in given.items() if name in QueueFilter.__dataclass_fields__ and value}
    allowed: Mapping[str, frozenset[str]] = {
        "state": frozenset({WAITS, ANY, *QueueState}),
        "risk": frozenset({"0", *map(str, RISKS)}),
        "days": frozenset({"0", *map(str, AGES)}),
        "entity": frozenset(EntityType),
        "consent": frozenset(ConsentSign),
        "mark": frozenset(Mark),
        "order": frozenset(QueueOrder),
    }
    for name, value in asked.items():
        fits = value in allowed[name] if name in allowed else _is_plain(value)
        if not fits:
            raise InvalidInput(f"the queue cannot be asked for this {name}")
    numbers = {name: int(asked[name]) for name in ("risk", "days") if name in asked}
    words = {name: value for name, value in asked.items() if name not in numbers}
    return QueueFilter(**words, **numbers)  # type: ignore[arg-type]  # each name has its own type


def _is_plain(value: str) -> bool:
    """Say whether it can be a digest, or somebody of ours: a login, never an address."""
    return len(value) <= 64 and all(c in "abcdefghijklmnopqrstuvwxyz0123456789._-" for c in value)
