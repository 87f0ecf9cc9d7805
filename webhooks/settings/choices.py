"""The pages on which settings are chosen. Saving puts them on one's own draft, and changes nothing yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.decisions.settings_drafts import binding_versions, save_changes, submit_draft
from pipeline.decisions.settings_rules import engine_forbidden, forbids_training, regions_allowed
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.tenant import COMPANY_OF_ENGINE, Tenant
from pipeline.policies.entity_sets import load_entity_set
from pipeline.reads.sub_processors import list_sub_processors
from pipeline.store.session import Transaction
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.fields import SECTIONS, TYPES, read_form
from webhooks.settings.parts import Context, Editor, Form, Reader, as_drafted, effective, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_TEMPLATES: Final = {"retention": "retention.html", "redaction": "redaction.html", "training": "training.html"}


@router.get("/settings/choices/{section}")
def show_choices(section: str, request: Request, context: Context, who: Reader) -> Response:
    """Show a page of settings, with what the reader's own draft would change."""
    return _shown(request, context, who, section)


@router.post("/settings/choices/{section}")
def save_choices(section: str, request: Request, context: Context, who: Editor, form: Form) -> Response:
    """Put what was chosen on one's own draft; what cannot be in force is refused with its clause."""
    if section not in SECTIONS:
        raise NotFound
    try:
        with context.database.transaction(who.tenant) as tx:
            saved = save_changes(tx, read_form(section, form), keys=context.keys, actor=who.actor)
            is_sent = text(form, "then") == "submit" and not saved.changes.is_empty
            if is_sent:
                submit_draft(tx, saved.id, revision=saved.revision, keys=context.keys, actor=who.actor)
    except InvalidInput as problem:
        return _shown(request, context, who, section, problem=problem, form=form)
    return go_to(
        f"/settings/drafts/{saved.id}?done=submitted" if is_sent else f"/settings/choices/{section}?done=saved"
    )


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    section: str,
    *,
    problem: InvalidInput | None = None,
    form: FormData | None = None,
) -> Response:
    chosen = SECTIONS.get(section)
    if chosen is None:
        raise NotFound
    with context.database.transaction(who.tenant) as tx:
        owner, drafted, draft = as_drafted(tx, context, who)
        values: dict[str, Any] = {
            "title": chosen.title,
            "section": section,
            "lead": chosen.lead,
            "fields": chosen.fields,
            "owner": owner,
            "drafted": drafted,
            "draft": draft,
            "values": _values(drafted) | ({k: v for k, v in form.items() if isinstance(v, str)} if form else {}),
            "is_set": _secrets_set(drafted),
            **_beside(tx, context, section, owner, drafted),
        }
    return page(request, who, _TEMPLATES.get(section, "choices.html"), values, problem=problem)


def _values(drafted: Tenant) -> dict[str, Any]:
    """Give each setting as a form has it; no secret is among them."""
    chosen = drafted.settings
    shown: dict[str, Any] = {name: getattr(chosen, name) for name in type(chosen).__slots__}
    shown |= {name: ", ".join(value) for name, value in shown.items() if isinstance(value, tuple)}
    shown |= {name: "" for name, value in shown.items() if value is None}
    shown |= {f"days:{kind}": days for kind, days in chosen.retention_days.items()}
    shown |= {f"threshold:{type}": value for type, value in chosen.thresholds.items()}
    return shown | {"display_name": drafted.display_name}


def _secrets_set(drafted: Tenant) -> dict[str, int]:
    kept = drafted.secrets
    found = {name: getattr(kept, name) for name in type(kept).__slots__}
    return {name: len(value) if isinstance(value, tuple) else int(bool(value)) for name, value in found.items()}


def _beside(tx: Transaction, context: WebContext, section: str, owner: Tenant, drafted: Tenant) -> dict[str, Any]:
    """Give what stands beside the fields: limits, clauses, effects."""
    versions = binding_versions(tx, owner)
    if section == "training":
        forbidden = next((why for v in versions if (why := forbids_training(v))), None)
        return {"forbidden": forbidden, "effect": effective(tx, context, owner).training}
    if section == "retention":
        return {"periods": effective(tx, context, drafted).periods, "versions": versions}
    if section == "redaction":
        return {"set": load_entity_set(drafted.settings.entity_set), "types": TYPES}
    if section == "processors":
        found = effective(tx, context, owner)
        return {
            "effects_of": found.recognisers,
            "forbidden_engines": [why for name in COMPANY_OF_ENGINE if (why := engine_forbidden(name, versions[0]))],
            "regions": regions_allowed(versions[0]),
            "companies": list_sub_processors(owner, versions[0], today=tx.now.date()),
            "evidence": None,
            "vendor_regions": "",
            "training_off": "",
            "today": tx.now.date(),
            "in_a_year": tx.now.date() + timedelta(days=365),
        }
    found = effective(tx, context, owner)
    return {"effects_of": (*found.numbers, *found.beginnings)}
