"""From an empty tenant to an armed number, step by step. Until a number was armed one person may set up alone."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.settings_drafts import activate_draft, is_first_set_up, save_changes, submit_draft
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.processor import is_proved
from pipeline.model.settings_draft import DraftChanges
from webhooks.pages.render import go_to
from webhooks.settings.connection import connection_values
from webhooks.settings.fields import SECTIONS
from webhooks.settings.parts import Admin, Context, Form, _, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_TOPOLOGIES: Final = next(field.options for field in SECTIONS["calls"].fields if field.name == "topology")
_LOCALES: Final = next(field.options for field in SECTIONS["calls"].fields if field.name == "locale")


@router.get("/settings/start")
def show_start(request: Request, context: Context, who: Admin) -> Response:
    """Show what is done and what comes next."""
    return page(request, who, "start.html", _values(context, who))


@router.post("/settings/start")
def choose_first(request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Draft, submit and activate the first settings in one go; only until a number was armed.

    Raises:
        NotPermitted: a number was armed before: from then on two people change settings.
    """
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
    try:
        with context.database.transaction(who.tenant) as tx:
            if not is_first_set_up(tx, keys=context.keys):
                raise NotPermitted("a number was armed before: settings are drafted and activated by two people now")
            saved = save_changes(tx, changes, keys=context.keys, actor=who.actor)
            if not saved.changes.is_empty:
                sent = submit_draft(tx, saved.id, revision=saved.revision, keys=context.keys, actor=who.actor)
                activate_draft(tx, sent.id, revision=sent.revision, keys=context.keys, actor=who.actor, roles=who.roles)
    except InvalidInput as problem:
        return page(request, who, "start.html", _values(context, who), problem=problem)
    return go_to("/settings/start?done=activated")


def _values(context: WebContext, who: Admin) -> dict[str, Any]:
    found = connection_values(context, who)
    owner = found["owner"]
    steps = {
        "account": bool(owner.account_sid and found["has_token"]),
        "choices": owner.settings.is_recording_on,
        "evidence": is_proved("twilio", owner.registry, on=found["today"]),
        "attested": found["attested_at"] is not None,
        "armed": any(number.is_armed for number, _masked in found["numbers"]),
    }
    return {
        "title": _("First steps"),
        "steps": steps,
        "next": next((name for name, is_done in steps.items() if not is_done), ""),
        "topologies": _TOPOLOGIES,
        "locales": _LOCALES,
        **found,
    }
