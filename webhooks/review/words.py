"""What codes of a review are called on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotPermitted, PipelineError
from pipeline.model.reveal import RevealPurpose, RevealState
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal, Rejection, ReviewState


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_WORDS: Final[tuple[tuple[StrEnum, str], ...]] = (
    (NotPersonal.ORDINARY_WORD, _("An ordinary word")),
    (NotPersonal.COMPANY, _("A company or product")),
    (NotPersonal.PUBLIC_PLACE, _("A public place")),
    (NotPersonal.AGENT, _("The agent's own name")),
    (NotPersonal.NOT_A_PERSONAL_NUMBER, _("A number that is nobody's")),
    (NotPersonal.MISHEARD, _("Misheard: nothing personal is said")),
    (NotPersonal.OTHER, _("Something else")),
    (Rejection.LEAKS, _("Something personal is not hidden")),
    (Rejection.CANNOT_BE_JUDGED, _("It cannot be judged")),
    (Rejection.WRONG_CALL, _("It is the wrong call")),
    (Rejection.CONSENT_IN_DOUBT, _("The consent is in doubt")),
    (Rejection.CHILD_SUSPECTED, _("A child may be on the call")),
    (Rejection.OTHER, _("Something else")),
    (RevealPurpose.CORRECT_REDACTION, _("To correct the redaction")),
    (RevealPurpose.FRAUD, _("Fraud")),
    (RevealPurpose.SECURITY, _("A security incident")),
    (RevealPurpose.LEGAL_CLAIM, _("A legal claim")),
    (RevealPurpose.SUBJECT_REQUEST, _("A person's own request")),
    (RevealPurpose.SAFETY, _("Somebody's safety")),
    (RevealState.ASKED, _("waits for somebody else")),
    (RevealState.ALLOWED, _("allowed")),
    (RevealState.REFUSED, _("refused")),
    (RevealState.EXPIRED, _("not answered in time")),
    (RevealState.OVER, _("over")),
    (ChangeKind.CONFIRM, _("confirmed")),
    (ChangeKind.NOT_PERSONAL, _("not personal")),
    (ChangeKind.ADD, _("added")),
    (ChangeState.NOTED, _("noted")),
    (ChangeState.AWAITING_SECOND, _("waits for a second reviewer")),
    (ChangeState.WAITING, _("is rendered soon")),
    (ChangeState.RENDERING, _("is being rendered")),
    (ChangeState.RENDERED, _("rendered")),
    (ChangeState.FAILED, _("could not be rendered")),
    (ChangeState.REFUSED, _("refused by the second reviewer")),
    (ChangeState.UNDONE, _("taken back")),
    (ReviewState.OPEN, _("open")),
    (ReviewState.CLAIMED, _("claimed")),
    (ReviewState.ESCALATED, _("escalated")),
    (ReviewState.APPROVED, _("approved")),
    (ReviewState.REJECTED, _("rejected")),
    (ReviewState.SET_ASIDE, _("being worked on anew")),
    (ReviewState.PURGED, _("purged")),
)


class Sayings:
    """Words by code. Codes of two kinds may have the same value, and equal each other: the kind counts too."""

    def __init__(self, words: Iterable[tuple[StrEnum, str]]) -> None:
        """Keep the words of each code under its kind."""
        self._words = {(type(code), code.value): said for code, said in words}

    def __getitem__(self, code: StrEnum) -> str:
        """Give the words of a code."""
        return self._words[type(code), code.value]


SAID: Final = Sayings(_WORDS)
"""Every code with its words."""

_REFUSALS: Final[Mapping[type[PipelineError], str]] = {
    Conflict: _("Somebody was faster, or a new version is in force. Look again, then decide."),
    IllegalTransition: _("That is not possible any more."),
    InvalidInput: _("Something is missing: choose a reason, and write it down where it asks for it."),
    NotPermitted: _("Somebody else has to do that."),
}


def choices(kind: type[StrEnum]) -> tuple[tuple[str, str], ...]:
    """List the codes of a kind with their words, for a field to choose from."""
    return tuple((code.value, SAID[code]) for code in kind)


def refusal(error: PipelineError) -> str:
    """Say in a sentence why something was not done."""
    return _REFUSALS[type(error)]


REFUSED: Final = tuple(_REFUSALS)
"""Errors that a page tells beside the form that led to them."""
