"""What a reviewer decides about a redaction: findings, changes to them, the review's own states.

A change names a place by channel and time, so that it holds for any rendering of the same sound. It never holds words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.model.span import TimeSpan

RENDERS_AFTER: Final = timedelta(seconds=10)
"""How long a single change waits, so that several made one after the other are rendered together."""
BATCH_RENDERS_AFTER: Final = timedelta(minutes=2)
"""How long a batch waits, and so can be undone."""
MOST_IN_BATCH: Final = 500
MOST_RECORDINGS: Final = 50

CORRECTABLE: Final = frozenset({RecordingState.PUBLISHED, RecordingState.WITHHELD})
"""States of a recording in which its redaction can be changed; withheld by a reviewer, that is."""

HIGH_RISK: Final = frozenset(
    {
        EntityType.CREDIT_CARD,
        EntityType.CREDIT_CARD_CVV,
        EntityType.CREDIT_CARD_EXPIRY,
        EntityType.US_SSN,
        EntityType.NATIONAL_ID,
        EntityType.PASSPORT,
        EntityType.DRIVER_LICENSE,
        EntityType.ACCOUNT_NUMBER,
        EntityType.IBAN_CODE,
        EntityType.PIN,
        EntityType.PASSWORD,
        EntityType.MEDICAL_RECORD,
    }
)
"""To show one of these takes two people."""


class ReviewState(StrEnum):
    """Where the review of a recording is."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    APPROVED = "approved"
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"
    """Work on the recording was begun again, and what a reviewer would look at is about to change."""
    PURGED = "purged"


UNDER_REVIEW: Final = frozenset({ReviewState.OPEN, ReviewState.CLAIMED, ReviewState.ESCALATED})
_NEXT: Final = {
    ReviewState.OPEN: {
        ReviewState.CLAIMED,
        ReviewState.ESCALATED,
        ReviewState.APPROVED,
        ReviewState.REJECTED,
        ReviewState.PURGED,
    },
    ReviewState.APPROVED: {ReviewState.OPEN, ReviewState.REJECTED, ReviewState.PURGED},
    ReviewState.REJECTED: {ReviewState.OPEN, ReviewState.PURGED},
    ReviewState.SET_ASIDE: {ReviewState.OPEN, ReviewState.PURGED},
    ReviewState.PURGED: set[ReviewState](),
}


def move_review(current: ReviewState, new: ReviewState) -> ReviewState:
    """Move a review on. What is approved opens again by a change; what is rejected, by a new version that is proved.

    Raises:
        IllegalTransition: there is no such way.
    """
    allowed = _NEXT[ReviewState.OPEN] | {ReviewState.OPEN} if current in UNDER_REVIEW else _NEXT[current]
    if new not in allowed:
        raise IllegalTransition(f"a review that is {current} cannot become {new}")
    return new


class ChangeKind(StrEnum):
    """What a reviewer says of a place."""

    CONFIRM = "confirm"
    """It is hidden, and rightly."""
    NOT_PERSONAL = "not_personal"
    """It is hidden, and need not be."""
    ADD = "add"
    """It is to be hidden, and was not."""


class NotPersonal(StrEnum):
    """Why something need not be hidden."""

    ORDINARY_WORD = "ordinary_word"
    COMPANY = "company"
    PUBLIC_PLACE = "public_place"
    AGENT = "agent"
    NOT_A_PERSONAL_NUMBER = "not_a_personal_number"
    MISHEARD = "misheard"
    OTHER = "other"


class Rejection(StrEnum):
    """Why a recording is withheld again."""

    LEAKS = "leaks"
    CANNOT_BE_JUDGED = "cannot_be_judged"
    WRONG_CALL = "wrong_call"
    CONSENT_IN_DOUBT = "consent_in_doubt"
    CHILD_SUSPECTED = "child_suspected"
    OTHER = "other"


class ChangeState(StrEnum):
    """Where a change is."""

    NOTED = "noted"
    """It asks for nothing to be rendered."""
    AWAITING_SECOND = "awaiting_second"
    WAITING = "waiting"
    RENDERING = "rendering"
    RENDERED = "rendered"
    FAILED = "failed"
    REFUSED = "refused"
    UNDONE = "undone"


PENDING: Final = frozenset({ChangeState.AWAITING_SECOND, ChangeState.WAITING, ChangeState.RENDERING})
"""Something about the redaction is not settled yet."""
STANDING: Final = frozenset({ChangeState.NOTED, ChangeState.RENDERED, *PENDING})
CAN_BE_UNDONE: Final = frozenset({ChangeState.NOTED, ChangeState.AWAITING_SECOND, ChangeState.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPlace:
    """One hidden span of a version, as the version's manifest has it. `label` is what it is called: `PERSON_1`."""

    recording: RecordingId
    version: int
    turn: int
    start: int
    end: int
    type: EntityType
    label: str
    score: float
    channel: int
    time: TimeSpan
    is_checked: bool = False
    """A check digit is passed: it hardly is an ordinary number."""

    @property
    def key(self) -> str:
        """Name it within its version."""
        return f"{self.turn}.{self.start}.{self.end}"

    @property
    def is_high_risk(self) -> bool:
        """Say whether showing it takes two people."""
        return self.type in HIGH_RISK or self.is_checked


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionChange:
    """What one reviewer decided about one place, and what became of it."""

    id: str
    recording: RecordingId
    batch: str | None
    kind: ChangeKind
    type: EntityType
    channel: int
    time: TimeSpan
    code: NotPersonal | None
    base_version: int
    actor: str
    at: datetime
    due_at: datetime
    state: ChangeState
    second_actor: str | None = None
    version: int | None = None
    """In which it is rendered."""
    failure: str | None = None

    def is_of(self, type: EntityType, channel: int, time: TimeSpan) -> bool:
        """Say whether it speaks of a span: one type, one channel, and each at least half of the other."""
        return type is self.type and channel == self.channel and is_same_place(self.time, time)


def is_same_place(one: TimeSpan, other: TimeSpan) -> bool:
    """Say whether two spans share at least half of the longer one."""
    shared = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    return shared > 0 and 2 * shared >= max(one.duration_ms, other.duration_ms)


def first_state(kind: ChangeKind, *, is_high_risk: bool) -> ChangeState:
    """Say where a change begins: to hide more takes one person, to show a number that opens doors takes two."""
    if kind is ChangeKind.CONFIRM:
        return ChangeState.NOTED
    if kind is ChangeKind.NOT_PERSONAL and is_high_risk:
        return ChangeState.AWAITING_SECOND
    return ChangeState.WAITING


def has_pending(changes: Collection[RedactionChange]) -> bool:
    """Say whether any change is not settled yet."""
    return any(change.state in PENDING for change in changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionVersion:
    """One proved rendering of a recording: manifest, sound and text that belong together."""

    recording: RecordingId
    number: int
    manifest: str
    audio: str
    text: str
    made_at: datetime
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A hidden span and what was last said of it; `change` is None where nobody has said anything yet."""

    place: FindingPlace
    change: RedactionChange | None

    @property
    def is_open(self) -> bool:
        """Say whether nobody has decided about it."""
        return self.change is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """Which findings a batch is about. Nothing named means any; no recording named, those that are open for review."""

    type: EntityType | None = None
    max_score: float = 1.0
    label: str | None = None
    recordings: tuple[RecordingId, ...] = ()

    def takes(self, finding: Finding) -> bool:
        """Say whether a finding is one of them; one that somebody decided about never is."""
        place = finding.place
        is_named = self.type in (None, place.type) and self.label in (None, place.label)
        return finding.is_open and is_named and place.score <= self.max_score
