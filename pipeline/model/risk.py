"""How much a recording needs a person's eyes, 0 to 100, as a sum of parts that each say why.

Only codes, points and counts are kept; sentences are looked up by code. Nothing here knows a word of a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.model.consent import Outcome
from pipeline.model.entity import EntityType

UNSURE_BELOW: Final = 0.6
"""A finding below this score is one that a person should look at."""
MOST: Final = 100


def _(message: str) -> str:
    """Mark a text for the catalogues of whoever shows it; here it stays as it is."""
    return message


HIGH_RISK_TYPES: Final = frozenset(
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
"""What does most harm where it is left."""


class ConsentSign(StrEnum):
    """What a recording's permission to record looks like, at a glance: the worst answer of anybody on the call."""

    GRANTED = "granted"
    ATTESTED = "attested"
    """An operator says so; nobody on the call was asked by us."""
    MISSING = "missing"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    HUNG_UP = "hung_up"
    UNCLEAR = "unclear"
    WRONG_KEY = "wrong_key"
    WITHDRAWN = "withdrawn"


_WORST_FIRST: Final = (
    Outcome.WITHDRAWN,
    Outcome.DECLINED,
    Outcome.HUNG_UP,
    Outcome.UNCLEAR,
    Outcome.WRONG_KEY,
    Outcome.NO_ANSWER,
    Outcome.GRANTED,
)


class Mark(StrEnum):
    """What is to be seen in a recording's redaction; several may hold at once."""

    HIDDEN = "hidden"
    """Something personal was found and is hidden."""
    NONE_FOUND = "none_found"
    """The detector found nothing personal."""
    REDACTION_ERROR = "redaction_error"
    """Nothing could be rendered and proved."""
    TYPES_OFF = "types_off"
    """The tenant's settings leave types of personal data in sight."""
    EMPTY = "empty"
    """Nobody was understood: the transcript has no words."""


class RiskCode(StrEnum):
    """Why a recording needs eyes."""

    FAILED = "failed"
    WITHHELD = "withheld"
    UNSURE = "unsure"
    HIGH_RISK = "high_risk"
    CONSENT_MISSING = "consent_missing"
    CONSENT_ODD = "consent_odd"
    CONSENT_ATTESTED = "consent_attested"
    REFUSED = "refused"
    UNHIDDEN = "unhidden"
    WIDENED = "widened"
    SPEAKERS_UNKNOWN = "speakers_unknown"
    NOTICE_NOT_HEARD = "notice_not_heard"
    TYPES_OFF = "types_off"
    EMPTY = "empty"


SENTENCES: Final[Mapping[RiskCode, str]] = {
    RiskCode.FAILED: _("The work on this recording ended in an error."),
    RiskCode.WITHHELD: _("Its redaction could not be proved, so it is shown to nobody."),
    RiskCode.UNSURE: _("Findings that the detector is not sure of: %(count)s."),
    RiskCode.HIGH_RISK: _("Types of data that do most harm if they are left: %(count)s."),
    RiskCode.CONSENT_MISSING: _("Nobody's permission to record is on file."),
    RiskCode.CONSENT_ODD: _("Somebody's answer about recording is not a yes."),
    RiskCode.CONSENT_ATTESTED: _("Permission rests on the word of the operator who handed it in."),
    RiskCode.REFUSED: _("Permissions that policy, settings, people or law refuse for it: %(count)s."),
    RiskCode.UNHIDDEN: _("Types of data that only the second recogniser heard: %(count)s."),
    RiskCode.WIDENED: _("What is muted had to be widened before its proof held."),
    RiskCode.SPEAKERS_UNKNOWN: _("It is not known who speaks on which channel."),
    RiskCode.NOTICE_NOT_HEARD: _("The announcement is not heard in it."),
    RiskCode.TYPES_OFF: _("Types of data that the settings leave in sight: %(count)s."),
    RiskCode.EMPTY: _("Its transcript has no words."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPart:
    """One reason with its points. `count` is of what the sentence counts; 1 where it counts nothing."""

    code: RiskCode
    points: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """What the risk is made from. `words` is None where there is no redacted transcript."""

    is_failed: bool = False
    is_withheld: bool = False
    consent: ConsentSign = ConsentSign.MISSING
    findings: tuple[tuple[EntityType, float], ...] = field(default=())
    words: int | None = None
    refused: int = 0
    """How many of the permissions that keeping it needs are refused."""
    unhidden: int = 0
    is_widened: bool = False
    is_speaker_map_known: bool = True
    is_notice_heard: bool = True
    types_off: int = 0


def consent_sign(outcomes: Sequence[Outcome], *, is_attested: bool) -> ConsentSign:
    """Reduce everybody's answers about recording to the worst one."""
    worst = next((outcome for outcome in _WORST_FIRST if outcome in outcomes), None)
    if worst is None:
        return ConsentSign.ATTESTED if is_attested else ConsentSign.MISSING
    if worst is Outcome.GRANTED and is_attested:
        return ConsentSign.ATTESTED
    return ConsentSign(worst.value)


def explain_risk(facts: RiskFacts) -> tuple[RiskPart, ...]:
    """Give every part of the risk, the heaviest first."""
    unsure = sum(score < UNSURE_BELOW for _, score in facts.findings)
    harmful = len({kind for kind, _ in facts.findings} & HIGH_RISK_TYPES)
    parts = [
        _part(RiskCode.FAILED, 100, facts.is_failed),
        _part(RiskCode.WITHHELD, 100, facts.is_withheld),
        _part(RiskCode.UNSURE, min(24, 8 + 2 * unsure), unsure),
        _part(RiskCode.HIGH_RISK, min(24, 8 + 4 * harmful), harmful),
        *_consent(facts.consent),
        _part(RiskCode.REFUSED, min(30, 20 + 5 * facts.refused), facts.refused),
        _part(RiskCode.UNHIDDEN, min(25, 10 + 5 * facts.unhidden), facts.unhidden),
        _part(RiskCode.WIDENED, 10, facts.is_widened),
        _part(RiskCode.SPEAKERS_UNKNOWN, 8, not facts.is_speaker_map_known),
        _part(RiskCode.NOTICE_NOT_HEARD, 8, not facts.is_notice_heard),
        _part(RiskCode.TYPES_OFF, 5, facts.types_off),
        _part(RiskCode.EMPTY, 15, facts.words == 0),
    ]
    return tuple(sorted((part for part in parts if part.count), key=lambda part: (-part.points, part.code)))


def total(parts: Sequence[RiskPart]) -> int:
    """Add the points up, to at most 100."""
    return min(MOST, sum(part.points for part in parts))


def marks_of(facts: RiskFacts) -> tuple[Mark, ...]:
    """Name what is to be seen of a redaction; what failed or is withheld says nothing else of itself."""
    if facts.is_failed or facts.is_withheld or facts.words is None:
        return (Mark.REDACTION_ERROR,)
    found = Mark.HIDDEN if facts.findings else Mark.NONE_FOUND
    marks = [Mark.EMPTY if facts.words == 0 else found]
    return (*marks, Mark.TYPES_OFF) if facts.types_off else tuple(marks)


def _part(code: RiskCode, points: int, count: int) -> RiskPart:
    return RiskPart(code=code, points=points, count=int(count))


def _consent(sign: ConsentSign) -> list[RiskPart]:
    match sign:
        case ConsentSign.GRANTED:
            return []
        case ConsentSign.ATTESTED:
            return [RiskPart(code=RiskCode.CONSENT_ATTESTED, points=5)]
        case ConsentSign.MISSING:
            return [RiskPart(code=RiskCode.CONSENT_MISSING, points=30)]
        case _:
            return [RiskPart(code=RiskCode.CONSENT_ODD, points=30)]
