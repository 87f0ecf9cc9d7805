"""Policy versions in force and announced, what an announced one moves, and who receives the tenant's data."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path

from pipeline.reads.policy_versions import preview_version, read_versions
from webhooks.api.door import ApiRoute, Context, SettingsRead
from webhooks.api.pages import USUAL, Cursor, Limit, Page, View, slice_of
from webhooks.operations.policies import companies_of

router = APIRouter(prefix="/api/v1", tags=["policy"], route_class=ApiRoute)
VersionName = Annotated[str, Path(max_length=60, description="A version of the policy.")]


class VersionView(View):
    """One version of the tenant's policy."""

    policy: str
    version: str
    digest: str
    announced_on: date
    in_force_from: date | None
    is_in_force: bool
    is_announced: bool
    changes: list[str]


class MovedView(View):
    """What a version would move of one kind."""

    kind: str
    move: str
    count: int
    examples: list[str]


class PreviewView(View):
    """What a version would move."""

    looked_at: dict[str, int]
    moved: list[MovedView]
    is_whole: bool


class CompanyView(View):
    """A company that receives the tenant's data."""

    name: str
    purposes: list[str]
    regions: list[str]
    training_off: str
    contract: str
    keeps: str
    evidence_on: date | None
    expires_on: date | None
    state: str
    clause: str


@router.get("/policy/versions")
def list_all(context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[VersionView]:
    """List the versions of the tenant's policy."""
    with context.database.transaction(who.tenant) as tx:
        found, _jobs = read_versions(tx)
    shown, more = slice_of(found, lambda one: one.version.bundle.version, cursor=cursor, limit=limit)
    items = [
        VersionView(
            policy=one.version.bundle.id,
            version=one.version.bundle.version,
            digest=one.version.digest,
            announced_on=one.version.announced_on,
            in_force_from=one.version.in_force_from,
            is_in_force=one.is_in_force,
            is_announced=one.is_announced,
            changes=list(one.changes),
        )
        for one in shown
    ]
    return Page(items=items, next=more)


@router.get("/policy/versions/{version}/preview")
def preview(context: Context, who: SettingsRead, version: VersionName) -> PreviewView:
    """Count what a version moves; nothing is written."""
    with context.database.transaction(who.tenant) as tx:
        return PreviewView.model_validate(preview_version(tx, version, context.law.matrix))


@router.get("/sub-processors")
def list_companies(
    context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[CompanyView]:
    """List who receives the tenant's data."""
    _owner, _bundle, found = companies_of(who, context)
    shown, more = slice_of(found, lambda one: one.name, cursor=cursor, limit=limit)
    return Page(items=[CompanyView.model_validate(one) for one in shown], next=more)
