"""What the pages of operations have in common: tabs by role, sentences of refusals and of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Form, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from pipeline.model.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotPermitted,
    PipelineError,
    StoreError,
)
from pipeline.model.user import Role
from webhooks.pages.render import Notice, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.problems import status_of
from webhooks.tenancy import WebContext, context_of


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


SEES: Final = (Role.OPERATOR, Role.AUDITOR, Role.TENANT_ADMIN)
"""Who reads what stands here."""
FETCHES: Final = (Role.TENANT_ADMIN, Role.REVIEWER, Role.PRIVILEGED_REVIEWER)
"""Who may be given what the policy lets a tenant download."""

Context = Annotated[WebContext, Depends(context_of)]
Anybody = Annotated[SignedIn, Depends(allowed())]
Reader = Annotated[SignedIn, Depends(allowed(*SEES))]
Operator = Annotated[SignedIn, Depends(allowed(Role.OPERATOR))]
Fetcher = Annotated[SignedIn, Depends(allowed(*FETCHES))]
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Form()]
Reason = Annotated[str, StringConstraints(max_length=2000), Form()]

REFUSED: Final = (InvalidInput, IllegalTransition, NotPermitted, Conflict, StoreError)
"""What is told on the page itself; everything else is a page of its own."""

_TABS: Final = (
    ("/operations", _("Figures"), frozenset(Role)),
    ("/operations/stuck", _("Failed and withheld"), frozenset(SEES)),
    ("/operations/requests", _("Requests of people"), frozenset(SEES)),
    ("/operations/holds", _("Holds"), frozenset(SEES)),
    ("/operations/legal", _("Legal demands"), frozenset(SEES)),
    ("/operations/deletions", _("Deletions"), frozenset(SEES)),
    ("/operations/keeping", _("Kept without an end"), frozenset(SEES)),
    ("/operations/policy", _("Policy versions"), frozenset(SEES)),
    ("/operations/sub-processors", _("Sub-processors"), frozenset(SEES)),
    ("/operations/downloads", _("Downloads"), frozenset(FETCHES)),
)
_DONE: Final[Mapping[str, str]] = {
    "retried": _("Work on it has begun again."),
    "opened": _("The request is taken in, and its clock runs."),
    "verified": _("It is noted that proof was seen of who asks."),
    "refused": _("The request is refused."),
    "started": _("A worker answers the request now; this page shows when it is done."),
    "asked": _("It was asked for, and waits for another person's approval."),
    "taken-back": _("What was asked for is taken back."),
    "answered": _("The request is answered."),
    "closed": _("It is closed."),
    "placed": _("The hold is in force, and every object that it covers is locked."),
    "release-asked": _("The release was asked for; the hold stays in force until another person approves."),
    "released": _("The hold is released; a worker frees and decides anew what it covered."),
    "kept": _("The hold stays."),
    "matter": _("The matter is open."),
    "taken-in": _("The demand is taken in. Another person approves what leaves."),
    "approved": _("It is approved: the artifacts may be handed out, and whoever is told of such things is told."),
    "justified": _("It is justified in writing, and comes up again when its period is over."),
}
_SENTENCES: Final = (
    ("whoever asked", _("Whoever asked for it does not approve it: another person must.")),
    ("a reason has", _("Give a reason of at most 500 characters.")),
    ("a decision about a request needs", _("Give a reason of at most 500 characters.")),
    ("nobody has shown yet who asks", _("Nobody has shown yet who asks: look at proof first.")),
    ("this was asked for already", _("This was asked for already, and waits for another person's approval.")),
    ("the release of", _("The release was asked for already, and waits for another person's approval.")),
    ("nobody asked", _("Nobody has asked for it, or it was decided meanwhile.")),
    ("nobody has asked", _("Nobody has asked for it, or it was decided meanwhile.")),
    ("a recording that is", _("It is not stuck any more: somebody else was faster, or work on it has gone on.")),
    ("the recording has ended", _("It has ended: it is purged, and not worked on again.")),
    ("a person is looked for by", _("Name the person by a number, a name, an e-mail address or an account.")),
    ("a request cannot have come", _("A request cannot have come after today.")),
    ("a place is", _("A place is a country or a part of one, such as NZ or US-CA.")),
    ("the matter", _("The matter is closed, is open already, or still has holds in force.")),
    ("a matter", _("A matter has a reference of letters, digits and . _ / - and a title.")),
    ("a period", _("A period begins before it ends, and is three years long at most.")),
    ("not a deletion certificate", _("This is not a deletion certificate.")),
    ("a query is", _("Name at least one condition.")),
    ("captured_to lies", _("The last day lies before the first.")),
    ("a number is", _("A number is + and 7 to 15 digits.")),
    ("the person was not found", _("The person was not found in that recording.")),
    ("a correction", _("Write what at least one turn should have said, in at most 2000 characters.")),
    ("corrections are", _("Write what at least one turn should have said, in at most 2000 characters.")),
    ("a worker is writing", _("A worker is writing the correction that was given; this page shows when it is done.")),
    ("a legal request names", _("A demand names its reference, who asks, and by which law or on which ground.")),
    ("a legal request was", _("A demand was received today or before.")),
    ("a legal request covers", _("A demand covers recordings or calls that are there, each by its id.")),
    ("who took a legal", _("Whoever took a demand in does not approve it: another person must.")),
    ("counsel names", _("Choose each artifact that is disclosed.")),
    ("artifact art_", _("An original was chosen, and the demand does not order originals.")),
    ("an original is handed", _("Originals are handed out by `earmark legal export` alone.")),
    ("closing a legal", _("Give a reason of at most 500 characters.")),
    ("a legal request is answered", _("A demand is answered once it was handed out, and by nothing else.")),
    ("the redaction of", _("The redaction of an artifact is not proved, so it does not leave.")),
    ("a justification is", _("A justification is written out, in 20 characters or more.")),
    ("nothing is due for review", _("Nothing of this kind is due.")),
    ("the policy keeps no", _("Nothing of this kind is kept without an end.")),
    ("name what", _("Name the recording, call or number that is held.")),
)
_BY_KIND: Final = (
    (NotPermitted, _("You may not do that.")),
    (StoreError, _("The store did not do it; nothing was changed. Try again.")),
    (InvalidInput, _("Something that was given cannot be used.")),
)


def page(
    request: Request,
    who: SignedIn,
    template: str,
    title: str,
    values: Mapping[str, Any],
    *,
    error: PipelineError | None = None,
) -> Response:
    """Write a page of operations; with an error its sentence stands on top, and the answer has its status."""
    done = _DONE.get(request.query_params.get("done", ""))
    notice = Notice(text=sentence_of(error)) if error else Notice(text=done, kind="done") if done else None
    tabs = [(path, label) for path, label, roles in _TABS if who.roles & roles]
    given = {"title": title, "notice": notice, "tabs_of_area": tabs, **values}
    status = status_of(error) if error else HTTPStatus.OK
    return show(request, who, f"operations/{template}", given, status=status)


def sentence_of(error: PipelineError) -> str:
    """Say a refusal in a sentence that can be translated."""
    told = str(error)
    found = next((sentence for start, sentence in _SENTENCES if told.startswith(start)), None)
    by_kind = next((sentence for kind, sentence in _BY_KIND if isinstance(error, kind)), None)
    return found or by_kind or _("It was changed meanwhile, or is past that. Look at it again.")


def handed_out(body: bytes | str, *, name: str, media_type: str) -> Response:
    """Give a file: it is saved and never shown, and nothing keeps a copy on its way."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(body, media_type=media_type, headers=headers)
