"""Policy versions in force and announced, what an announced one moves, and the companies that a policy names."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.reads.policy_versions import preview_version, read_versions
from pipeline.reads.sub_processors import SubProcessor, list_sub_processors, to_html
from pipeline.store.tenants import get_tenant
from webhooks.operations.frame import Context, Reader, handed_out, page
from webhooks.tenancy import Acts, WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)


@router.get("/operations/policy")
def versions(request: Request, who: Reader, context: Context) -> Response:
    """List the versions of the tenant's policy, and how far judging everything again is."""
    with context.database.transaction(who.tenant) as tx:
        found, jobs = read_versions(tx)
    return page(request, who, "policy.html", _("Policy versions"), {"found": found, "jobs": jobs})


@router.get("/operations/policy/{version}")
def preview(version: str, request: Request, who: Reader, context: Context) -> Response:
    """Count what an announced version moves; nothing is written."""
    with context.database.transaction(who.tenant) as tx:
        found = preview_version(tx, version, context.law.matrix)
        shown = next(one for one in read_versions(tx)[0] if one.version.bundle.version == version)
    values = {"preview": found, "one": shown}
    return page(request, who, "policy_preview.html", _("What a version moves"), values)


@router.get("/operations/sub-processors")
def sub_processors(request: Request, who: Reader, context: Context) -> Response:
    """List who receives the tenant's data."""
    _owner, bundle, lines = companies_of(who, context)
    values = {"lines": lines, "bundle": bundle, "today": context.clock.now().date()}
    return page(request, who, "sub_processors.html", _("Sub-processors"), values)


@router.get("/operations/sub-processors.html")
def published(who: Reader, context: Context) -> Response:
    """Hand out the page as a file of its own, to be published."""
    owner, bundle, lines = companies_of(who, context)
    body = to_html(owner, bundle, lines, today=context.clock.now().date())
    return handed_out(body, name="sub-processors.html", media_type="text/html; charset=utf-8")


def companies_of(who: Acts, context: WebContext) -> tuple[Tenant, Bundle, tuple[SubProcessor, ...]]:
    """Give the tenant, its policy in force, and who receives its data."""
    today = context.clock.now().date()
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        bundle = context.policies.policies_of(tx, owner.policy_id).in_force_on(today).bundle
    return owner, bundle, list_sub_processors(owner, bundle, today=today)
