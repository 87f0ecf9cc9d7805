"""Policy versions in force and announced, what an announced one moves, and who receives the tenant's data."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from pipeline.reads.policy_look import begin_policy, look_at_policy
from pipeline.reads.policy_versions import preview_version, read_versions
from webhooks.api.door import ApiRoute, Context, SettingsRead
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Page, View, slice_of
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


class NextView(View):
    """The newest version as YAML, with the name and the days that the next one may have."""

    document: str


class Written(Given):
    """A version's text."""

    document: str = Field(max_length=60_000, description="YAML, or JSON.")


class FaultView(View):
    """Something that is wrong with a text; `line` is 0 where no one line is it."""

    path: str
    line: int
    says: str


class LookView(View):
    """What a version is worth: why it is no policy, or why it could not be published today, or what it does."""

    version: str | None
    digest: str | None
    is_publishable: bool
    faults: list[FaultView]
    refusals: list[str]
    changes: list[str]
    preview: PreviewView | None


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


@router.get("/policy/next")
def begin(context: Context, who: SettingsRead) -> NextView:
    """Give the text that the next version is written from."""
    with context.database.transaction(who.tenant) as tx:
        return NextView(document=begin_policy(tx))


@router.post("/policy/check")
def check(context: Context, who: SettingsRead, given: Written) -> LookView:
    """Say what a version is worth before anybody publishes it; nothing is written."""
    with context.database.transaction(who.tenant) as tx:
        look = look_at_policy(tx, given.document, context.law.matrix, keys=context.keys)
    return LookView(
        version=look.bundle.version if look.bundle else None,
        digest=look.bundle.digest if look.bundle else None,
        is_publishable=look.is_publishable,
        faults=[FaultView.model_validate(fault) for fault in look.faults],
        refusals=[str(refusal) for refusal in look.refusals],
        changes=[f"{change.path}: {change.effect}" for change in look.changes],
        preview=PreviewView.model_validate(look.preview) if look.preview else None,
    )


@router.get("/sub-processors")
def list_companies(
    context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[CompanyView]:
    """List who receives the tenant's data."""
    _owner, _bundle, found = companies_of(who, context)
    shown, more = slice_of(found, lambda one: one.name, cursor=cursor, limit=limit)
    return Page(items=[CompanyView.model_validate(one) for one in shown], next=more)
