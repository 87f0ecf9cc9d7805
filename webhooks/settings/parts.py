"""What the pages of settings share: who may do what, where they lead, and sentences for codes."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.decisions.settings_drafts import binding_versions
from pipeline.intake.effective_settings import Around, EffectiveSettings, effective_settings
from pipeline.model.errors import InvalidInput, PipelineError
from pipeline.model.settings_draft import Draft, DraftChanges, with_changes
from pipeline.model.tenant import Tenant
from pipeline.model.user import Role
from pipeline.store.numbers import list_numbers
from pipeline.store.session import Transaction
from pipeline.store.settings_drafts import find_own_draft
from pipeline.store.tenants import get_tenant
from pipeline.store.training_features import find_feature
from webhooks.pages.render import Notice, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.problems import status_of
from webhooks.tenancy import Acts, WebContext, context_of


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


async def posted(request: Request) -> FormData:
    """Give the fields of a posted form."""
    return await request.form()


Context = Annotated[WebContext, Depends(context_of)]
Form = Annotated[FormData, Depends(posted)]
Reader = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN, Role.SETTINGS_EDITOR, Role.AUDITOR, Role.OPERATOR))]
"""Who may look at settings."""
Editor = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN, Role.SETTINGS_EDITOR))]
"""Who may draft them."""
Admin = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN))]
"""Who decides about drafts, keys, servers and numbers."""

TABS: Final = (
    ("/settings", _("Overview")),
    ("/settings/choices/calls", _("Recording and consent")),
    ("/settings/announcements", _("Announcements")),
    ("/settings/choices/retention", _("Retention")),
    ("/settings/choices/training", _("Training")),
    ("/settings/choices/redaction", _("What is hidden")),
    ("/settings/choices/processors", _("Processors and regions")),
    ("/settings/policy", _("Policy")),
    ("/settings/twilio", _("Twilio")),
    ("/settings/webhooks", _("Webhooks")),
    ("/settings/keys", _("API keys")),
    ("/settings/simulator", _("Simulator")),
    ("/settings/drafts", _("Drafts and history")),
    ("/settings/users", _("Users")),
)

_OF_ADMINS: Final = frozenset({"/settings/users"})

SENTENCES: Final[Mapping[str, str]] = {
    "recorded": _("Its calls are recorded, once whoever is on them has agreed."),
    "transcribed_only": _("Its calls are not recorded; what is said is transcribed as the agent listens."),
    "tenant_closed": _("The account is closed: nothing is recorded."),
    "recording_off": _("Recording is switched off."),
    "policy": _("The policy forbids it."),
    "number_not_armed": _("The number is not armed: its calls are answered and never recorded."),
    "no_evidence": _("Nothing on file shows that the company may receive calls, so it receives none."),
    "evidence_expired": _("What is on file about the company has expired, so it receives nothing."),
    "unscripted": _("There is no announcement in the language that the law of the place asks for."),
    "machine": _("A machine answered, which can agree to nothing."),
    "not_listed": _("The policy does not list the company, so it receives nothing."),
    "not_set_up": _("It is not set up on this installation."),
    "transcription_off": _("Transcription is switched off."),
    "hears": _("It hears recordings, the first of those that may."),
    "notice_continue": _("An announcement is made; who stays on the line agrees."),
    "notice_before": _("An announcement is made before the recorder starts; who stays on the line agrees."),
    "notice_inside": _("An announcement is made before the recorder starts, and again inside the recording."),
    "explicit_gate": _("A clear yes is asked for; without one nothing is recorded."),
    "unrecorded": _("Nobody is asked and nothing is recorded."),
    "policy_forbids": _("Nobody may train on calls under this policy."),
    "only_for_a_feature": _("Only one feature that was switched on by record may learn from calls, and none is."),
    "nobody_is_asked": _("Callers are not asked, so nothing is trained on."),
    "asked_tenant_feature": _("Callers are asked; who agrees may be learned from by the one feature."),
    "asked_own_instance": _("Callers are asked; who agrees may be learned from by the instance of the call."),
    "asked_vendor_models": _("Callers are asked; who agrees may be learned from."),
}
_DONE: Final[Mapping[str, str]] = {
    "saved": _("It is on your draft. Nothing changes before the draft is submitted and activated."),
    "submitted": _("The draft waits for an administrator who had no hand in it."),
    "activated": _("It is in force."),
    "rejected": _("The draft was turned down."),
    "withdrawn": _("The draft was taken back."),
    "rebased": _("The draft is held against the settings as they stand now."),
    "published": _("The version is published. Its notice goes out, and it is in force by the notice that arrives."),
    "done": _("It is done."),
    "asked": _("It is on its way; the log shows how it went."),
}


def tabs_for(who: SignedIn) -> tuple[tuple[str, str], ...]:
    """List the pages that somebody may open: users are an administrator's alone."""
    return tuple((path, name) for path, name in TABS if path not in _OF_ADMINS or Role.TENANT_ADMIN in who.roles)


def page(
    request: Request, who: SignedIn, template: str, values: Mapping[str, Any], *, problem: PipelineError | None = None
) -> Response:
    """Write a page of settings; what was done or refused stands at its top."""
    notice = Notice(text=_DONE[done], kind="done") if (done := request.query_params.get("done", "")) in _DONE else None
    if problem is not None:
        notice = Notice(text=str(problem))
    status = HTTPStatus.OK if problem is None else status_of(problem)
    given = {
        "notice": notice,
        "tabs": tabs_for(who),
        "sentences": SENTENCES,
        "may_edit": bool(who.roles & {Role.TENANT_ADMIN, Role.SETTINGS_EDITOR}),
        "is_admin": Role.TENANT_ADMIN in who.roles,
        **values,
    }
    return show(request, who, f"settings/{template}", given, status=status)


def as_drafted(tx: Transaction, context: WebContext, who: Acts) -> tuple[Tenant, Tenant, Draft | None]:
    """Give the tenant as it stands, as the reader's own draft would have it, and that draft.

    A draft that cannot be read over the settings as they stand now shows nothing of itself.
    """
    owner = get_tenant(tx, keys=context.keys)
    draft = find_own_draft(tx, who.actor, keys=context.keys)
    try:
        return owner, with_changes(owner, draft.changes if draft else DraftChanges()), draft
    except InvalidInput:
        return owner, owner, draft


def effective(tx: Transaction, context: WebContext, owner: Tenant) -> EffectiveSettings:
    """Say what holds for a tenant's calls now."""
    around = Around(
        law=context.law,
        configured=context.recognisers.configured,
        feature=find_feature(tx),
        today=tx.now.date(),
    )
    bundle = binding_versions(tx, owner)[0]
    return effective_settings(owner, bundle, list_numbers(tx, keys=context.keys), around)


def text(form: FormData, name: str) -> str:
    """Give a field of a form without spaces around it; nothing for a file or a field that is not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def number(form: FormData, name: str, default: int = 0) -> int:
    """Give a whole number of a form.

    Raises:
        InvalidInput: it is none.
    """
    value = text(form, name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        raise InvalidInput("a whole number is expected")
    return int(value)
