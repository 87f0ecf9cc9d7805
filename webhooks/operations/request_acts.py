"""What a person decides about a request: who asks, that it is refused, answered, approved or closed. Each has a reason.

Reasons are sealed; what else is written of an act is the id of its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from pipeline.decisions import subject_requests as decisions
from pipeline.decisions.answers import BY_TWO, approve_answer, ask_answer, take_back_answer
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.subject import Identity
from pipeline.store.reasons import seal_reason
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import get_request
from webhooks.operations.frame import REFUSED, Context, Operator, Reason
from webhooks.operations.requests import one_page
from webhooks.pages.render import go_to
from webhooks.tenancy import Acts, WebContext

router = APIRouter(include_in_schema=False)
Also = Annotated[str, StringConstraints(max_length=2000), Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an act is done with."""

    tx: Transaction
    name: str
    who: Acts
    context: WebContext
    reason: str
    also: tuple[RecordingId, ...]

    def sealed(self, act: str) -> str:
        """Seal the reason, and give its id."""
        subject = get_request(self.tx, self.name).id
        return seal_reason(self.tx, self.reason, subject=subject, act=act, keys=self.context.keys, actor=self.who.actor)


@router.post("/operations/requests/{name}/{act}")
def decide(
    name: str, act: str, request: Request, who: Operator, context: Context, reason: Reason = "", also: Also = ""
) -> Response:
    """Do one of the acts."""
    if act not in ACTS:
        raise NotFound
    looked_at = tuple(RecordingId(one) for one in also.split())
    try:
        with context.database.transaction(who.tenant) as tx:
            given = Given(tx=tx, name=name, who=who, context=context, reason=reason, also=looked_at)
            done = ACTS[act](given)
    except REFUSED as error:
        return one_page(request, who, context, name, error=error, given=reason)
    return go_to(f"/operations/requests/{name}?done={done}")


def _verify(given: Given) -> str:
    _attest(given, Identity.OPERATOR)
    return "verified"


def _verify_agent(given: Given) -> str:
    _attest(given, Identity.AGENT)
    return "verified"


def _attest(given: Given, identity: Identity) -> None:
    given.sealed("verify")
    keys, actor = given.context.keys, given.who.actor
    decisions.attest_identity(given.tx, given.name, identity=identity, actor=actor, reason=given.reason, keys=keys)


def _refuse(given: Given) -> str:
    given.sealed("refuse")
    keys = given.context.keys
    decisions.refuse(given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=keys)
    return "refused"


def _close(given: Given) -> str:
    given.sealed("close")
    keys = given.context.keys
    decisions.close(given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=keys)
    return "closed"


def _answer(given: Given) -> str:
    keys, queue = given.context.keys, given.context.queue
    found = ask_answer(
        given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=keys, queue=queue, also=given.also
    )
    return "asked" if found.kind in BY_TWO else "started"


def _approve(given: Given) -> str:
    keys, queue = given.context.keys, given.context.queue
    approve_answer(given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=keys, queue=queue)
    return "started"


def _take_back(given: Given) -> str:
    take_back_answer(given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=given.context.keys)
    return "taken-back"


def _by_hand(given: Given) -> str:
    decisions.answer(given.tx, given.name, actor=given.who.actor, reason=given.reason, keys=given.context.keys)
    return "answered"


ACTS: Final[Mapping[str, Callable[[Given], str]]] = {
    "verify": _verify,
    "verify-agent": _verify_agent,
    "refuse": _refuse,
    "answer": _answer,
    "approve": _approve,
    "take-back": _take_back,
    "by-hand": _by_hand,
    "close": _close,
}
