"""What the codes of figures and states are called on a page. A code that is not listed is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


PLOTS: Final[Mapping[str, tuple[str, str]]] = {
    "consent": (_("Calls by what came of asking"), _("One person's no is the call's.")),
    "hidden": (_("What was hidden"), _("Personal data that was silenced and replaced, by its type.")),
    "waiting": (_("Waiting for a reviewer, now"), _("Recordings in the queue, by how long they have waited.")),
    "deletions": (_("Deletions"), _("Artifacts whose day came, and artifacts that were destroyed.")),
    "failures": (_("What came to nothing"), _("Recordings that failed, were withheld or refused, by their reason.")),
    "leak": (
        _("Estimated leak"),
        _("The share of personal data that stayed readable, estimated from random samples, with its interval."),
    ),
}
"""Title and sentence of each plot."""
GAPS: Final[Mapping[str, str]] = {
    "not_sampled": _("Not sampled yet: nothing is claimed before two people have looked at a random sample."),
}
CODES: Final[Mapping[str, str]] = {
    "granted": _("agreed"),
    "withdrawn": _("withdrawn"),
    "declined": _("declined"),
    "hung_up": _("hung up"),
    "no_answer": _("no answer"),
    "unclear": _("unclear"),
    "wrong_key": _("wrong key"),
    "not_asked": _("not asked"),
    "due": _("due"),
    "done": _("done"),
    "under_1_hour": _("under an hour"),
    "under_1_day": _("under a day"),
    "under_3_days": _("one to three days"),
    "under_7_days": _("three to seven days"),
    "7_days_or_more": _("seven days or more"),
    "other": _("all others"),
    "failed": _("failed"),
    "withheld": _("withheld"),
    "refused": _("not permitted"),
    "absent": _("no recording"),
    "calls": _("calls"),
    "entities": _("times"),
    "recordings": _("recordings"),
    "artifacts": _("artifacts"),
    "share": _("share"),
    "open": _("open"),
    "identity_asked": _("identity asked"),
    "verified": _("verified"),
    "working": _("being worked on"),
    "answered": _("answered"),
    "closed": _("closed"),
    "access": _("access"),
    "correction": _("correction"),
    "deletion": _("deletion"),
    "portability": _("portability"),
    "objection": _("objection"),
    "withdrawal": _("withdrawal"),
    "opt_out_of_sale": _("opt-out of sale"),
    "locked": _("locked"),
    "not_locked": _("not locked"),
    "missing": _("not there"),
    "unknown": _("the store does not answer"),
    "none": _("nobody looked yet"),
    "code": _("a code came back"),
    "operator": _("a person saw proof"),
    "agent": _("an authorised agent"),
}


def label_of(code: str) -> str:
    """Give what a code is called, to be translated; `state:reason` keeps its reason."""
    return CODES.get(code, code)
