"""What callers hear, by language: our words, or the tenant's own once they say all that must be said."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.consent.script import render_script
from pipeline.decisions.settings_drafts import save_changes
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.settings_draft import DraftChanges
from pipeline.policies.loader import list_locales, load_scripts
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.parts import Context, Editor, Form, Reader, _, as_drafted, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)


@router.get("/settings/announcements")
def show_announcements(request: Request, context: Context, who: Reader, locale: str = "") -> Response:
    """Show every announcement in a language."""
    return _shown(request, context, who, locale)


@router.post("/settings/announcements")
def save_announcement(request: Request, context: Context, who: Editor, form: Form) -> Response:
    """Put a wording on one's own draft, or go back to ours; one that leaves something out is refused."""
    script, locale, wording = text(form, "script"), text(form, "locale"), text(form, "wording")
    if locale not in list_locales():
        raise NotFound
    changes = DraftChanges(wordings={f"{script}:{locale}": wording or None})
    try:
        with context.database.transaction(who.tenant) as tx:
            save_changes(tx, changes, keys=context.keys, actor=who.actor)
    except InvalidInput as problem:
        return _shown(request, context, who, locale, problem=problem, given={script: wording})
    return go_to(f"/settings/announcements?locale={locale}&done=saved")


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    locale: str,
    *,
    problem: InvalidInput | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        owner, drafted, draft = as_drafted(tx, context, who)
    spoken = locale or owner.settings.locale
    if spoken not in list_locales():
        raise NotFound
    file = load_scripts(spoken)
    lines = [
        {
            "id": script.value,
            "spoken": render_script(script, spoken, tenant_name=drafted.display_name, wording=own).text,
            "ours": " ".join(file.scripts[script].text.split()),
            "own": own or "",
            "written": (given or {}).get(script.value, own or ""),
            "is_drafted": drafted.wordings.get(f"{script}:{spoken}") != owner.wordings.get(f"{script}:{spoken}"),
        }
        for script in file.scripts
        for own in [drafted.wordings.get(f"{script}:{spoken}")]
    ]
    values = {
        "title": _("Announcements"),
        "locale": spoken,
        "locales": list_locales(),
        "lines": lines,
        "draft": draft,
        "is_reviewed": file.reviewed_by_counsel,
    }
    return page(request, who, "announcements.html", values, problem=problem)
