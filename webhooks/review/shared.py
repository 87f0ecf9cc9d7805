"""What every page of a review works with."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Path
from pydantic import StringConstraints

from pipeline.decisions.corrections import Reviewer
from pipeline.model.errors import InvalidInput
from pipeline.model.user import Role
from webhooks.pages.who import SignedIn, allowed
from webhooks.tenancy import Acts, WebContext, context_of

ID: Final = "[0-9a-hjkmnp-tv-z]{26}"
_TIME: Final = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)

Context = Annotated[WebContext, Depends(context_of)]
RecordingName = Annotated[str, Path(pattern=f"^rec_{ID}$")]
Text = Annotated[str, StringConstraints(max_length=80)]
Reason = Annotated[str, StringConstraints(max_length=1000)]
Reads = Annotated[SignedIn, Depends(allowed(Role.REVIEWER, Role.PRIVILEGED_REVIEWER, Role.AUDITOR))]
Reviews = Annotated[SignedIn, Depends(allowed(Role.REVIEWER, Role.PRIVILEGED_REVIEWER))]
Trusted = Annotated[SignedIn, Depends(allowed(Role.PRIVILEGED_REVIEWER))]

_REVIEWERS: Final = frozenset({Role.REVIEWER, Role.PRIVILEGED_REVIEWER})


def reviewer_of(context: WebContext, who: Acts) -> Reviewer:
    """Give who is signed in as one who decides."""
    return Reviewer(actor=who.actor, keys=context.keys, queue=context.queue)


def may_change(who: SignedIn) -> bool:
    """Say whether somebody decides, and not only reads."""
    return bool(who.roles & _REVIEWERS)


def may_reveal(who: SignedIn) -> bool:
    """Say whether somebody may ask for a reveal, and allow another's."""
    return Role.PRIVILEGED_REVIEWER in who.roles


def read_time(text: str) -> int:
    """Read a time such as `1:02:03.5`, `2:03`, `123.45` as milliseconds.

    Raises:
        InvalidInput: another form.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("a time is minutes, a colon, seconds")
    hours, minutes, seconds, part = found.groups(default="0")
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0"))


def write_time(ms: int) -> str:
    """Write milliseconds as `2:03.450`, as `read_time` reads them."""
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes}:{rest // 1000:02d}.{rest % 1000:03d}"
