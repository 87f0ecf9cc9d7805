"""Drafts on their way, who may decide about them, and the history of what was activated."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions import settings_drafts as decisions
from pipeline.intake.law_of_call import mode_of, plan_of
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.settings_draft import OPEN, Draft, differences, with_changes
from pipeline.model.tenant import Tenant
from pipeline.model.user import Role
from pipeline.reads.settings_preview import SettingsPreview, Weighed, preview_settings
from pipeline.store.policy_versions import policies_of
from pipeline.store.session import Transaction
from pipeline.store.settings_drafts import list_drafts, lock_draft, read_reason
from pipeline.store.settings_history import list_activations
from pipeline.store.tenants import get_tenant
from webhooks.pages.render import go_to
from webhooks.settings.parts import Admin, Context, Editor, Form, Reader, _, number, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_LOOKED_AT: Final = 100
_PAGE: Final = 50
MOVES: Final = {
    "due_now": _("would be purged at the next run"),
    "shorter": _("would be kept shorter"),
    "longer": _("would be kept longer"),
    "no_longer_eligible": _("could no longer be trained on"),
    "eligible": _("could be trained on"),
    "not_recorded_then": _("would not have been recorded"),
    "recorded_then": _("would have been allowed to be recorded"),
    "not_transcribed_then": _("would not have been transcribed"),
    "transcribed_then": _("would have been allowed to be transcribed"),
    "begins_otherwise": _("calls would begin otherwise"),
}


@router.get("/settings/drafts")
def show_drafts(request: Request, context: Context, who: Reader, before: int | None = None) -> Response:
    """Show open drafts, and what was activated."""
    with context.database.transaction(who.tenant) as tx:
        history = list_activations(tx, before=before)
        values = {
            "title": _("Drafts and history"),
            "drafts": list_drafts(tx, keys=context.keys, states=OPEN),
            "history": history,
            "more": f"/settings/drafts?before={history[-1].id}" if len(history) == _PAGE else "",
        }
    return page(request, who, "drafts.html", values)


@router.get("/settings/drafts/{draft}")
def show_draft(draft: str, request: Request, context: Context, who: Reader) -> Response:
    """Show what a draft would change, and what that would move of the latest recordings."""
    with context.database.transaction(who.tenant) as tx:
        found, owner = lock_draft(tx, draft, keys=context.keys), get_tenant(tx, keys=context.keys)
        is_alone = decisions.is_first_set_up(tx, keys=context.keys)
        values: dict[str, Any] = {
            "title": _("Draft"),
            "draft": found,
            "changes": (),
            "preview": None,
            "fault": "",
            "moves": MOVES,
            "is_stale": found.is_open and found.based_on != owner.version,
            "is_mine": found.created_by == who.actor,
            "may_decide": Role.TENANT_ADMIN in who.roles and (who.actor not in found.editors or is_alone),
            "reason": read_reason(tx, draft, keys=context.keys),
            "looked_at": _LOOKED_AT,
        }
        if found.is_open:
            values |= _weighed(tx, context, owner, found)
    return page(request, who, "draft.html", values)


@router.post("/settings/drafts/{draft}/{act}")
def act_on_draft(draft: str, act: str, context: Context, who: Editor, form: Form) -> Response:
    """Submit one's draft, take it back, hold it against the settings as they stand, or drop one change."""
    named: dict[str, Any] = {"revision": number(form, "revision"), "keys": context.keys, "actor": who.actor}
    with context.database.transaction(who.tenant) as tx:
        if act == "submit":
            decisions.submit_draft(tx, draft, **named)
        elif act == "withdraw":
            decisions.withdraw_draft(tx, draft, **named)
        elif act == "rebase":
            decisions.rebase_draft(tx, draft, **named)
        elif act == "drop":
            decisions.drop_change(tx, draft, text(form, "name"), **named)
        else:
            raise NotFound
    done = {"submit": "submitted", "withdraw": "withdrawn", "rebase": "rebased", "drop": "done"}[act]
    return go_to(f"/settings/drafts/{draft}?done={done}")


@router.post("/settings/decide/{draft}")
def decide_draft(draft: str, context: Context, who: Admin, form: Form) -> Response:
    """Activate a submitted draft that somebody else made, or turn it down."""
    is_yes = text(form, "answer") == "activate"
    with context.database.transaction(who.tenant) as tx:
        act = decisions.activate_draft if is_yes else decisions.reject_draft
        act(
            tx,
            draft,
            revision=number(form, "revision"),
            reason=text(form, "reason"),
            keys=context.keys,
            actor=who.actor,
            roles=who.roles,
        )
    return go_to(f"/settings/drafts/{draft}?done={'activated' if is_yes else 'rejected'}")


def _weighed(tx: Transaction, context: WebContext, owner: Tenant, draft: Draft) -> dict[str, Any]:
    try:
        after = with_changes(owner, draft.changes)
    except InvalidInput as fault:
        return {"fault": str(fault)}
    return {"changes": differences(owner, after), "preview": preview(tx, context, owner, after)}


def preview(tx: Transaction, context: WebContext, owner: Tenant, after: Tenant) -> SettingsPreview:
    """Count what settings would move of the latest recordings."""
    weighed = Weighed(
        before=owner,
        after=after,
        shelf=policies_of(tx, owner.policy_id),
        matrix=context.law.matrix,
        beginning=lambda legs, chosen: mode_of(plan_of(legs, chosen, law=context.law), chosen),
    )
    return preview_settings(tx, weighed, latest=_LOOKED_AT)
