"""From an empty tenant to an armed number: the account first, then everything else in one form.

Until a number was armed one person may set up alone, and nothing can be recorded.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.attest import GOOD_FOR, attest
from pipeline.decisions.numbers import list_number
from pipeline.decisions.processors import register
from pipeline.decisions.settings_drafts import activate_draft, is_first_set_up, save_changes, submit_draft
from pipeline.model.errors import NotPermitted, PipelineError, VendorError
from pipeline.model.processor import is_proved
from pipeline.model.settings_draft import DraftChanges
from pipeline.model.tenant import Tenant
from pipeline.store.attestations import find_newest_attestation
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of, get_tenant
from webhooks.pages.render import go_to
from webhooks.settings.connection import arm_listed, connection_values, declarant_in, evidence_in
from webhooks.settings.fields import SECTIONS
from webhooks.settings.parts import Admin, Context, Form, _, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_TOPOLOGIES: Final = next(field.options for field in SECTIONS["calls"].fields if field.name == "topology")
_LOCALES: Final = next(field.options for field in SECTIONS["calls"].fields if field.name == "locale")
_OVER: Final = _("a number was armed before: settings are drafted and activated by two people now")
_UNLISTED: Final = _("The vendor does not list the account's numbers now. Look at the SID and the token, or write one.")


@router.get("/settings/start")
def show_start(request: Request, context: Context, who: Admin) -> Response:
    """Show what is done and what comes next."""
    return page(request, who, "start.html", _values(context, who))


@router.post("/settings/start")
def set_up(request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Put in force, on file and declared whatever is missing, all or nothing of it; then list the number and arm it.

    Once a number was armed, two people change settings and this page changes nothing.
    """
    try:
        with context.database.transaction(who.tenant) as tx:
            _fill_in(tx, context, who, form)
        named = text(form, "number")
        found = list_number(context.vault, who.tenant, named, telephony=context.telephony, actor=who.actor)
        arm_listed(context, who, found.id)
    except PipelineError as problem:
        return page(request, who, "start.html", _values(context, who, form), problem=problem)
    return go_to("/settings/start?done=activated")


def _fill_in(tx: Transaction, context: WebContext, who: Admin, form: Form) -> None:
    """Take each step that is not done yet; a step that somebody else took meanwhile stays as they left it."""
    if not is_first_set_up(tx, keys=context.keys):
        raise NotPermitted(_OVER)
    steps = _steps(tx, context, owner := get_tenant(tx, keys=context.keys))
    if not steps["choices"]:
        _choose(tx, context, who, form)
    if not steps["evidence"]:
        entry, bundle = evidence_in(form, today=tx.now.date()), bundle_in_force(tx, owner.policy_id)
        register(tx, entry, bundle=bundle, actor=who.actor)
    if not steps["attested"]:
        attest(tx, get_tenant(tx, keys=context.keys), declarant_in(form), keys=context.keys, actor=who.actor)


def _choose(tx: Transaction, context: WebContext, who: Admin, form: Form) -> None:
    """Draft, submit and activate the first settings in one go."""
    changes = DraftChanges(
        settings={
            "is_recording_on": True,
            "is_transcription_on": text(form, "transcribe") == "on",
            "topology": text(form, "topology"),
            "locale": text(form, "locale"),
            "establishment": [part.strip() for part in text(form, "establishment").split(",") if part.strip()],
        },
        secrets={name: text(form, name) for name in ("agent_url", "forward_to") if text(form, name)},
        display_name=text(form, "display_name") or None,
    )
    saved = save_changes(tx, changes, keys=context.keys, actor=who.actor)
    if not saved.changes.is_empty:
        sent = submit_draft(tx, saved.id, revision=saved.revision, keys=context.keys, actor=who.actor)
        activate_draft(tx, sent.id, revision=sent.revision, keys=context.keys, actor=who.actor, roles=who.roles)


def _steps(tx: Transaction, context: WebContext, owner: Tenant) -> dict[str, bool]:
    newest = find_newest_attestation(tx, keys=context.keys)
    return {
        "account": bool(owner.account_sid and owner.secrets.auth_token),
        "choices": owner.settings.is_recording_on,
        "evidence": is_proved("twilio", owner.registry, on=tx.now.date()),
        "attested": newest is not None and tx.now - newest.at <= GOOD_FOR,
    }


def _values(context: WebContext, who: Admin, form: Form | None = None) -> dict[str, Any]:
    found = connection_values(context, who)
    with context.database.transaction(who.tenant) as tx:
        steps, is_first = _steps(tx, context, found["owner"]), is_first_set_up(tx, keys=context.keys)
    steps["armed"] = any(number.is_armed for number, _masked in found["numbers"])
    is_open = steps["account"] and is_first
    offered, hint = _offered(context, found["owner"]) if is_open else ((), "")
    return {
        "title": _("First steps"),
        "steps": steps,
        "is_first": is_first,
        "is_open": is_open,
        "next": next((name for name, is_done in steps.items() if not is_done), ""),
        "topologies": _TOPOLOGIES,
        "locales": _LOCALES,
        "offered": offered,
        "unlisted": hint,
        **found,
        **({"given": {k: v for k, v in form.items() if isinstance(v, str)}} if form else {}),
    }


def _offered(context: WebContext, owner: Tenant) -> tuple[tuple[str, ...], str]:
    """List the numbers of the account that could be armed, or say that the vendor did not."""
    try:
        theirs = context.telephony.list_numbers(account_of(owner))
    except VendorError:
        return (), _UNLISTED
    return tuple(sorted(number.number for number in theirs if not number.is_voice_handled_elsewhere)), ""
