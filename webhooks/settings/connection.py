"""The connection to the telephony vendor: account, numbers, evidence, the duty to inform; and the doctor's findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.consent.resolve import mask
from pipeline.decisions.attest import Declarant, attest
from pipeline.decisions.numbers import arm, disarm, list_number, number_urls
from pipeline.decisions.processors import register
from pipeline.decisions.tenants import change_settings
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId, twilio_sid
from pipeline.model.processor import ProcessorEvidence, evidence_of
from pipeline.model.tenant import Tenant
from pipeline.policies.attestations import load_wording
from pipeline.reads.health_report import Finding
from pipeline.reads.tenant_health import check_tenants
from pipeline.reads.tenant_telephony import VendorSide, check_accounts
from pipeline.store.attestations import find_newest_attestation
from pipeline.store.numbers import list_numbers
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.tenants import get_tenant
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.parts import Admin, Context, Form, Reader, _, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_VENDOR: Final = "twilio"
_BACK_TO: Final = ("/settings/twilio", "/settings/start", "/settings/choices/processors")


@router.get("/settings/twilio")
def show_connection(request: Request, context: Context, who: Reader) -> Response:
    """Show the account and its numbers; the vendor is not asked."""
    return _shown(request, context, who)


@router.post("/settings/twilio/check")
def examine(request: Request, context: Context, who: Admin) -> Response:
    """Ask the vendor what the doctor asks, and show the findings."""
    return _shown(request, context, who, findings=findings_of(context, who.tenant))


@router.post("/settings/twilio/account")
def connect(context: Context, who: Admin, form: Form) -> Response:
    """Take the account's SID and token; the token is sealed and never shown again."""
    sid, token = twilio_sid("AC", text(form, "account_sid")), text(form, "auth_token")

    def change(found: Tenant) -> Tenant:
        if not token and not found.secrets.auth_token:
            raise InvalidInput("an account needs its auth token")
        secrets = replace(found.secrets, auth_token=token or found.secrets.auth_token)
        return replace(found, account_sid=sid, secrets=secrets)

    change_settings(context.vault, who.tenant, change, actor=who.actor)
    return _back(form)


@router.post("/settings/twilio/evidence")
def record_evidence(context: Context, who: Admin, form: Form) -> Response:
    """Put on file what shows that a company may receive calls."""
    entry = evidence_in(form, today=context.clock.now().date())
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        register(tx, entry, bundle=bundle_in_force(tx, owner.policy_id), actor=who.actor)
    return _back(form)


@router.post("/settings/twilio/attest")
def declare(context: Context, who: Admin, form: Form) -> Response:
    """Declare the duty to inform callers, in the tenant's name."""
    declarant = declarant_in(form)
    with context.database.transaction(who.tenant) as tx:
        attest(tx, get_tenant(tx, keys=context.keys), declarant, keys=context.keys, actor=who.actor)
    return _back(form)


@router.post("/settings/twilio/numbers")
def add_number(context: Context, who: Admin, form: Form) -> Response:
    """List a number of the account, and arm it where that is asked for."""
    named = text(form, "number")
    found = list_number(context.vault, who.tenant, named, telephony=context.telephony, actor=who.actor)
    if text(form, "arm") == "on":
        arm_listed(context, who, found.id)
    return _back(form)


@router.post("/settings/twilio/numbers/{id}/arm")
def arm_number(id: str, context: Context, who: Admin, form: Form) -> Response:
    """Let a number's calls be recorded."""
    arm_listed(context, who, id)
    return _back(form)


@router.post("/settings/twilio/numbers/{id}/disarm")
def disarm_number(id: str, context: Context, who: Admin, form: Form) -> Response:
    """Let no call of a number be recorded from now on."""
    with context.database.transaction(who.tenant) as tx:
        disarm(tx, context.vault, id, actor=who.actor, reason="console")
    return _back(form)


def evidence_in(form: Form, *, today: date) -> ProcessorEvidence:
    """Read what is put on file about a company.

    Raises:
        InvalidInput: a day is none.
    """
    return ProcessorEvidence(
        name=text(form, "company") or _VENDOR,
        contract=text(form, "contract"),
        training_off_by=text(form, "training_off_by"),
        regions=tuple(part.strip().lower() for part in text(form, "regions").split(",") if part.strip()),
        keeps_days=None,
        evidence_on=_day(form, "evidence_on", today),
        expires_on=_day(form, "expires_on", today + timedelta(days=365)),
    )


def declarant_in(form: Form) -> Declarant:
    """Read who declares.

    Raises:
        InvalidInput: nobody said that they do.
    """
    if text(form, "agreed") != "on":
        raise InvalidInput("a declaration is made by ticking that it is")
    return Declarant(name=text(form, "name"), role=text(form, "role"))


def connection_values(context: WebContext, who: SignedIn) -> dict[str, Any]:
    """Give what pages show of the connection; numbers are masked."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        newest = find_newest_attestation(tx, keys=context.keys)
        numbers = [(n, mask(n.number) or n.id) for n in list_numbers(tx, keys=context.keys)]
        bundle = bundle_in_force(tx, owner.policy_id)
    listed = next((entry for entry in bundle.processors.listed if entry.name == _VENDOR), None)
    return {
        "owner": owner,
        "has_token": bool(owner.secrets.auth_token),
        "has_retiring": bool(owner.secrets.retiring_auth_token),
        "numbers": numbers,
        "attested_at": newest.at if newest else None,
        "wording": load_wording().text,
        "evidence": evidence_of(_VENDOR, owner.registry),
        "training_off": listed.training_off if listed else "",
        "vendor_regions": ",".join(listed.regions) if listed else "",
        "urls": number_urls(context.public_base, who.tenant),
        "today": (today := context.clock.now().date()),
        "in_a_year": today + timedelta(days=365),
        "given": {},
    }


def findings_of(context: WebContext, tenant: TenantId) -> tuple[Finding, ...]:
    """Ask the vendor, and hold recognisers against the policy, as `earmark doctor` does for one tenant."""
    now = context.clock.now()
    side = VendorSide(
        recordings=context.recordings,
        telephony=context.telephony,
        urls=lambda name: number_urls(context.public_base, name),
        now=now,
    )
    checked = check_tenants(context.vault, [tenant], context.recognisers, today=now.date())
    return (*checked, *check_accounts(context.vault, [tenant], side))


def _shown(
    request: Request, context: WebContext, who: SignedIn, *, findings: tuple[Finding, ...] | None = None
) -> Response:
    values = {"title": _("Twilio"), "findings": findings, **connection_values(context, who)}
    return page(request, who, "connection.html", values)


def arm_listed(context: WebContext, who: SignedIn, named: str) -> None:
    """Arm a number that is listed."""
    arm(
        context.vault,
        who.tenant,
        named,
        telephony=context.telephony,
        public_base=context.public_base,
        actor=who.actor,
    )


def _back(form: Form) -> Response:
    back = text(form, "back")
    return go_to(f"{back if back in _BACK_TO else _BACK_TO[0]}?done=done")


def _day(form: Form, name: str, default: date) -> date:
    given = text(form, name)
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        raise InvalidInput("a day is written as 2026-11-21") from None
