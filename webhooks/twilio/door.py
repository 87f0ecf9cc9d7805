"""How a request of Twilio's comes in: tenant, signature and account checked, one transaction, one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import BackgroundTasks, Depends
from fastapi.responses import Response

from pipeline.intake.choose_next import fail_closed
from pipeline.intake.control_recorder import RecorderControl
from pipeline.intake.relay import as_answered, as_answered_unseen
from pipeline.model.errors import NotFound, StoreCannotWrite, StoreUnreachable
from pipeline.model.ids import twilio_sid
from pipeline.model.tenant import Tenant, Topology
from pipeline.store.session import Transaction
from pipeline.telemetry import log
from webhooks.auth import Envelope, Fields, open_envelope, read_signed
from webhooks.tenancy import WebContext, context_of, tenant_in_path
from webhooks.twilio import twiml
from webhooks.twilio.urls import Urls

Asked = Annotated[Envelope, Depends(open_envelope)]
Context = Annotated[WebContext, Depends(context_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A request that was let in."""

    owner: Tenant
    fields: Fields
    context: WebContext

    @property
    def call_sid(self) -> str:
        """The call the request is about.

        Raises:
            InvalidInput: another shape than a call's SID.
        """
        return twilio_sid("CA", self.fields.first("CallSid"))

    @property
    def urls(self) -> Urls:
        """The tenant's addresses."""
        return Urls(public_base=self.context.public_base, tenant=self.owner.id)

    @property
    def control(self) -> RecorderControl:
        """What tells the recorders of the tenant's calls."""
        return self.context.control(self.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Guest):
    """A request that was let in, inside its transaction."""

    tx: Transaction
    after: list[Callable[[], object]] = field(default_factory=list)
    """What is to be done once the answer was given; nothing of it where what was noted did not last."""


@contextmanager
def admitted(context: WebContext, tenant: str, envelope: Envelope) -> Iterator[Visit]:
    """Let a signed request of the tenant's own account in, inside one transaction.

    Raises:
        NotFound: no such tenant, or one without a token.
        NotPermitted: another's signature or account.
        StoreUnreachable: the database cannot be asked who the tenant is.
    """
    with context.database.transaction(tenant_in_path(tenant)) as tx:
        owner = context.tenants.find(tx)
        if owner is None:
            raise NotFound
        fields = read_signed(envelope, owner, public_base=context.public_base)
        if owner.settings.topology is Topology.RELAY:
            bundle = context.policies.policies_of(tx, owner.policy_id).in_force_on(tx.now.date()).bundle
            owner = as_answered(owner, bundle, on=tx.now.date())
        yield Visit(tx=tx, owner=owner, fields=fields, context=context)


def answer_call(
    context: WebContext,
    tenant: str,
    envelope: Envelope,
    act: Callable[[Visit], str],
    *,
    otherwise: Callable[[Visit], str],
) -> Response:
    """Answer a call with a document, and with one that never records where anything goes wrong.

    An unreachable database is a 503: without it we do not know whose call this is. Our URLs carry the retry
    override, so Twilio asks again, and then asks the fallback URL. Any other fault comes after the tenant is known,
    and asking again would meet it again: the call goes on, unrecorded (reference: consent.md B.6).

    Args:
        context: what to answer with.
        tenant: as it stands in the path.
        envelope: the request.
        act: makes the document, inside the transaction.
        otherwise: makes the document that never records, after the transaction was rolled back.
    """
    visit: Visit | None = None
    try:
        with admitted(context, tenant, envelope) as visit:
            document = act(visit)
        return xml(document, after=visit.after)
    except Exception as error:
        return fail_safe(visit, error, otherwise)


def fail_safe[G: Guest](guest: G | None, error: Exception, otherwise: Callable[[G], str]) -> Response:
    """Answer with the document that never records; raise the error where asking again may help, or nobody was let in.

    A store that cannot write can still be read, so the caller need not wait for another attempt.
    """
    may_pass = isinstance(error, StoreUnreachable) and not isinstance(error, StoreCannotWrite)
    if guest is None or may_pass:
        raise error
    log().error("call.unrecorded", tenant=guest.owner.id, error=type(error).__name__)
    try:
        return xml(otherwise(guest))
    except Exception as fault:
        log().error("call.ended", tenant=guest.owner.id, error=type(fault).__name__)
        return xml(twiml.render_goodbye())


def go_on_unrecorded(visit: Guest) -> str:
    """Write the document of a call of which nothing can be known."""
    owner = visit.owner if isinstance(visit, Visit) else as_answered_unseen(visit.owner)
    step = fail_closed(owner, law=visit.context.law)
    return twiml.render(step, owner=owner, call_sid=visit.call_sid, urls=visit.urls)


def xml(document: str, *, after: Iterable[Callable[[], object]] = ()) -> Response:
    """Answer with a document; what comes after it is done when it was sent."""
    later = BackgroundTasks()
    for task in after:
        later.add_task(task)
    return Response(document, media_type="text/xml", background=later)


def taken() -> Response:
    """Answer that the news was taken."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
