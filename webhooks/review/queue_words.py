"""What codes of the queue are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.model.queue_item import ANY, ME, NOBODY, WAITS, Move, QueueOrder, QueueState
from pipeline.model.risk import ConsentSign, Mark


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


SAID: Final[Mapping[str, str]] = {
    WAITS: _("waiting"),
    ANY: _("any state"),
    ME: _("mine"),
    NOBODY: _("nobody's"),
    QueueState.OPEN: _("open"),
    QueueState.CLAIMED: _("claimed"),
    QueueState.ESCALATED: _("escalated"),
    QueueState.CLOSED: _("closed"),
    QueueState.APPROVED: _("approved"),
    QueueState.REJECTED: _("rejected"),
    QueueState.PURGED: _("purged"),
    QueueOrder.RISK: _("riskiest first"),
    QueueOrder.AGE: _("oldest first"),
    Move.CLAIM: _("Claim"),
    Move.RELEASE: _("Release"),
    Move.ASSIGN: _("Assign"),
    Move.ESCALATE: _("Escalate"),
    Move.CLOSE: _("Close"),
    Move.REOPEN: _("Reopen"),
    ConsentSign.GRANTED: _("granted"),
    ConsentSign.ATTESTED: _("attested by the operator"),
    ConsentSign.MISSING: _("no permission on file"),
    ConsentSign.DECLINED: _("declined"),
    ConsentSign.NO_ANSWER: _("no answer"),
    ConsentSign.HUNG_UP: _("hung up"),
    ConsentSign.UNCLEAR: _("unclear"),
    ConsentSign.WRONG_KEY: _("wrong key"),
    ConsentSign.WITHDRAWN: _("withdrawn"),
    Mark.HIDDEN: _("personal data hidden"),
    Mark.NONE_FOUND: _("no personal data found"),
    Mark.REDACTION_ERROR: _("redaction error"),
    Mark.TYPES_OFF: _("types left in sight by the settings"),
    Mark.EMPTY: _("empty transcript"),
}
"""Codes of different kinds are different words, so one table has them all."""
