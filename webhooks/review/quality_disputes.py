"""What two readers of a call differ in, before a third person who never had it. Who they are is not shown."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.decisions.quality_readings import Desk, Ruling, rule
from pipeline.model.errors import InvalidInput, PipelineError
from pipeline.model.quality import Findings, Missed, Sheet, Verdict
from pipeline.model.second_reading import Choice, Disputes, find_disputes
from pipeline.model.user import Role
from pipeline.reads.quality_sheet import open_dispute
from pipeline.store.quality_samples import DISPUTED, list_samples
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.problems import status_of
from webhooks.review.quality import Context, Name, Posted, tabs_for

router = APIRouter(prefix="/review/quality/disputes", include_in_schema=False)

Settles = Annotated[SignedIn, Depends(allowed(Role.PRIVILEGED_REVIEWER))]
_PAGE: Final = 50


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


@router.get("")
def disputes(request: Request, context: Context, who: Settles, after: str = "") -> Response:
    """List what is to be settled."""
    with context.database.transaction(who.tenant) as tx:
        found = list_samples(tx, state=DISPUTED, after=after[:40], limit=_PAGE, without=who.actor)
    more = f"/review/quality/disputes?after={found[-1].id}" if len(found) == _PAGE else None
    values = {"title": "", "tabs_here": tabs_for(who), "samples": found, "more": more}
    return show(request, who, "review/quality_disputes.html", values)


@router.get("/{sample}")
def dispute(request: Request, context: Context, who: Settles, sample: Name) -> Response:
    """Show what is disputed of one call."""
    sheet, both = open_dispute(context.vault, who.tenant, sample, actor=who.actor)
    return _show(request, who, sample, sheet, both)


@router.post("/{sample}")
def settle(request: Request, context: Context, who: Settles, sample: Name, sent: Posted) -> Response:
    """Settle it."""
    sheet, both = open_dispute(context.vault, who.tenant, sample, actor=who.actor)
    try:
        ruling = _ruling(find_disputes(*both), sent)
        desk = Desk(keys=context.keys, queue=context.queue)
        with context.database.transaction(who.tenant) as tx:
            rule(tx, sample, ruling, sheet=sheet, desk=desk, actor=who.actor)
    except InvalidInput as error:
        return _show(request, who, sample, sheet, both, error=error)
    return go_to("/review/quality/disputes")


def _ruling(found: Disputes, sent: FormData) -> Ruling:
    try:
        verdicts = {d.entry: Verdict(str(sent.get(f"v{d.entry}", ""))) for d in found.verdicts}
        marks = [Choice(str(sent.get(f"m{at}", ""))) for at in range(len(found.marks))]
    except ValueError:
        raise InvalidInput("all that is disputed is settled") from None
    return Ruling(verdicts=verdicts, marks=marks, reason=str(sent.get("reason", ""))[:1000])


def _show(
    request: Request,
    who: SignedIn,
    sample: str,
    sheet: Sheet,
    both: tuple[Findings, Findings],
    *,
    error: PipelineError | None = None,
) -> Response:
    found = find_disputes(*both)
    values: dict[str, Any] = {
        "title": "",
        "notice": Notice(text=_("Settle everything, and say why.")) if error else None,
        "sample": sample,
        "sheet": sheet,
        "disputes": found,
        "around": {d.entry: _around(sheet, d.entry) for d in found.verdicts},
        "said": [(_words(sheet, d.first), _words(sheet, d.second)) for d in found.marks],
        "verdicts": tuple(Verdict),
    }
    status = HTTPStatus.OK if error is None else status_of(error)
    return show(request, who, "review/quality_dispute.html", values, status=status)


def _around(sheet: Sheet, entry: int) -> str:
    """Give the visible words around a hidden entity."""
    for turn in sheet.turns:
        for at, word in enumerate(turn.words):
            if word.entry == entry:
                return " ".join(w.text for w in turn.words[max(0, at - 8) : at + 9])
    return ""


def _words(sheet: Sheet, marks: tuple[Missed, ...]) -> list[tuple[str, str]]:
    """Give the words of marks with their type."""
    by_turn = {turn.index: turn.words for turn in sheet.turns}
    return [
        (" ".join(by_turn[turn][place].text for turn, place in sorted(sheet.words_in(mark))), mark.type.value)
        for mark in marks
    ]
