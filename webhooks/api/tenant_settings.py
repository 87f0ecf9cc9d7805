"""A tenant's settings: as they stand, what really happens to calls now and why, and who may sign in or ask."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from pipeline.model.artifact import ArtifactKind
from pipeline.model.settings_draft import Change, differences
from pipeline.model.tenant import Tenant, TenantSettings
from pipeline.model.user import Role
from pipeline.reads.health_report import Verdict
from pipeline.reads.tenant_health import check_tenants
from pipeline.store.tenants import get_tenant
from pipeline.store.users import list_users
from webhooks.api.deletions import ClauseView
from webhooks.api.door import ApiRoute, AuditRead, Context, SettingsRead
from webhooks.api.pages import USUAL, Cursor, Limit, Page, View, slice_of
from webhooks.settings.parts import effective

router = APIRouter(prefix="/api/v1", tags=["settings"], route_class=ApiRoute)


class EffectView(View):
    """One thing that happens or not, with its code and clause."""

    subject: str
    happens: bool
    code: str
    clause: ClauseView | None


class PeriodView(View):
    """How long one kind is kept, between the policy's limits, in days."""

    kind: ArtifactKind
    days: int | None
    own: int | None
    default: int | None
    least: int
    most: int | None
    clause: ClauseView
    why_house_choice: str


class EffectiveView(View):
    """What holds now."""

    numbers: list[EffectView]
    beginnings: list[EffectView]
    recognisers: list[EffectView]
    training: EffectView
    periods: list[PeriodView]
    is_anything_recorded: bool
    is_anything_transcribed: bool


class SettingsView(View):
    """What was chosen; of secrets only whether they are set."""

    tenant: str
    display_name: str
    policy: str
    version: int
    settings: dict[str, Any]
    secrets_set: list[str]


class FindingView(View):
    """What a check of the settings says."""

    check: str
    verdict: Verdict
    says: str


class UserView(View):
    """One person of the tenant. Taking people on is for an administrator in the console."""

    login: str
    roles: list[Role]
    locale: str
    is_active: bool


class DifferenceView(View):
    """One setting that differs; of a secret no value, of a wording its digest."""

    name: str
    before: Any
    after: Any
    is_secret: bool


class ActivationView(View):
    """Settings that were put in force."""

    id: int
    draft: str | None
    version: int
    changes: list[DifferenceView]
    drafted_by: str
    activated_by: str
    at: datetime


@router.get("/settings")
def show_settings(context: Context, who: SettingsRead) -> SettingsView:
    """Show the settings as they stand."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
    return SettingsView(
        tenant=owner.id,
        display_name=owner.display_name,
        policy=owner.policy_id,
        version=owner.version,
        settings={name: _plain(getattr(owner.settings, name)) for name in TenantSettings.__slots__},
        secrets_set=secrets_of(owner),
    )


@router.get("/settings/effective")
def show_effective(context: Context, who: SettingsRead) -> EffectiveView:
    """Say what really happens to calls now, and why; numbers are masked."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        return EffectiveView.model_validate(effective(tx, context, owner))


@router.get("/settings/findings")
def check(context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[FindingView]:
    """Hold settings, recognisers and evidence against the policy, as `earmark doctor` does; the vendor is not asked."""
    today = context.clock.now().date()
    found = list(enumerate(check_tenants(context.vault, [who.tenant], context.recognisers, today=today)))
    shown, more = slice_of(found, lambda pair: str(pair[0]), cursor=cursor, limit=limit)
    return Page(items=[FindingView.model_validate(one) for _at, one in shown], next=more)


@router.get("/users")
def list_people(context: Context, who: AuditRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[UserView]:
    """List who may sign in, and what each is trusted with."""
    with context.database.transaction(who.tenant) as tx:
        found = list_users(tx)
    shown, more = slice_of(found, lambda one: one.login, cursor=cursor, limit=limit)
    return Page(items=[UserView.model_validate(one) for one in shown], next=more)


def changes_of(before: Tenant, after: Tenant) -> list[DifferenceView]:
    """Tell what differs between two sets of settings."""
    return [change_view(change) for change in differences(before, after)]


def change_view(change: Change) -> DifferenceView:
    """Tell of one difference."""
    return DifferenceView.model_validate(change)


def secrets_of(owner: Tenant) -> list[str]:
    """Name the secrets that are set."""
    return sorted(name for name in type(owner.secrets).__slots__ if getattr(owner.secrets, name))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | float | bool | None) else dict(value)
