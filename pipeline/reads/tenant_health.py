"""Can each tenant's calls be kept and heard as its settings ask: the checks of `earmark doctor` that go by tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pipeline.model.errors import IntegrityError, NotFound, PipelineError, VendorError, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle, Processor, Refused
from pipeline.policies.leaf import Leaf
from pipeline.policies.processors import lists_processor
from pipeline.ports.identity import Identities
from pipeline.ports.recordings import RecordingsVendor
from pipeline.reads.health_report import Finding, Verdict
from pipeline.reads.sub_processors import list_sub_processors
from pipeline.store.oidc_providers import find_provider
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.retention_runs import find_last_run
from pipeline.store.tenant_notices import list_notices
from pipeline.store.tenants import account_of, get_tenant
from pipeline.store.vault import Vault

_SPEECH_TO_TEXT: Final = "speech_to_text"
_PROBE: Final = {"kind": "probe"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognisers:
    """Every recogniser that can be named: the company that hears with it (None: nobody), and whether it is set up."""

    processors: Mapping[str, str | None]
    configured: tuple[str, ...]


def check_keys(vault: Vault, names: Sequence[TenantId]) -> Iterator[Finding]:
    """Does the keeper wrap and unwrap for every tenant, and open what it sealed before."""
    opened = 0
    for name in names:
        try:
            data_key, wrapped = vault.keys.new_data_key(name, _PROBE)
            if vault.keys.unwrap(name, wrapped, _PROBE) != data_key:
                yield Finding(check="keys", verdict=Verdict.FAIL, says=f"{name}: another key comes back")
                continue
            _read(vault, name)
            opened += 1
        except PipelineError as error:
            yield Finding(check="keys", verdict=Verdict.FAIL, says=f"{name}: {error}")
    if opened == len(names):
        says = f"wrap and unwrap for {opened} tenants, and open what is sealed" if names else "no tenant yet"
        yield Finding(check="keys", verdict=Verdict.OK, says=says)


def check_tenants(
    vault: Vault, names: Sequence[TenantId], recognisers: Recognisers, *, today: date
) -> Iterator[Finding]:
    """Is each tenant's policy here, may and can its recognisers hear its calls, is what receives data proved."""
    faults = [fault for name in names for fault in _faults(vault, _read(vault, name), recognisers, today)]
    yield from faults
    if not faults and names:
        yield Finding(check="tenants", verdict=Verdict.OK, says=f"{len(names)}, policies and recognisers fit")


def check_notices(vault: Vault, names: Sequence[TenantId]) -> Iterator[Finding]:
    """Can each tenant that must be told of something be reached at all."""
    for name in names:
        with vault.database.transaction(name) as tx:
            waits = bool(list_notices(tx, is_open=True, limit=1))
        if waits and not _is_reached(_read(vault, name)):
            says = f"{name}: waits to be told, and nothing reaches it; earmark tenant set --contact-email"
            yield Finding(check="notices", verdict=Verdict.WARN, says=says)


def check_retention(vault: Vault, names: Sequence[TenantId], *, today: date) -> Iterator[Finding]:
    """Tell of each tenant for which no nightly run came to its end yesterday or today, since nothing due is destroyed.

    A tenant without a run was taken on since, or nothing was ever due of it: it is not told of.
    """
    for name in names:
        with vault.database.transaction(name) as tx:
            last = find_last_run(tx)
        if last is not None and (today - last.on).days > 1:
            says = f"{name}: the last nightly run that came to its end was on {last.on}"
            yield Finding(check="retention", verdict=Verdict.WARN, says=says)


def check_identity(vault: Vault, names: Sequence[TenantId], identity: Identities, *, back_to: str) -> Iterator[Finding]:
    """Can people be sent to each tenant's own identity provider: is what it says of itself there and whole."""
    for name in names:
        with vault.database.transaction(name) as tx:
            provider = find_provider(tx, keys=vault.keys)
        if provider is None:
            continue
        try:
            identity.begin(provider, back_to=back_to)
            yield Finding(check="identity", verdict=Verdict.OK, says=f"{name}: the identity provider answers")
        except VendorError as error:
            says = f"{name}: nobody comes in by the identity provider: {error}"
            yield Finding(check="identity", verdict=Verdict.FAIL, says=says)


def check_vendor(
    vault: Vault, names: Sequence[TenantId], vendor: RecordingsVendor, *, now: datetime
) -> Iterator[Finding]:
    """Does the telephony vendor know each tenant that has an account there."""
    tenants = [tenant for name in names if (tenant := _read(vault, name)).account_sid and _has_credentials(tenant)]
    known = 0
    for tenant in tenants:
        try:
            vendor.list_recordings(account_of(tenant), since=now)
            known += 1
        except VendorUnavailable as error:
            says = f"cannot be asked about {len(tenants) - known} tenants: {error}"
            yield Finding(check="telephony", verdict=Verdict.WARN, says=says)
            return
        except PipelineError as error:
            yield Finding(check="telephony", verdict=Verdict.FAIL, says=f"{tenant.id}: {error}")
    if known and known == len(tenants):
        yield Finding(check="telephony", verdict=Verdict.OK, says=f"accepts the credentials of {known} tenants")


def _has_credentials(tenant: Tenant) -> bool:
    return bool(tenant.secrets.auth_token or (tenant.secrets.api_key_sid and tenant.secrets.api_key_secret))


def _is_reached(tenant: Tenant) -> bool:
    return bool(tenant.secrets.contact_email or tenant.secrets.notice_url)


def _read(vault: Vault, name: TenantId) -> Tenant:
    with vault.database.transaction(name) as tx:
        return get_tenant(tx, keys=vault.keys)


def _policy_of(vault: Vault, tenant: Tenant) -> Bundle:
    with vault.database.transaction(tenant.id) as tx:
        return bundle_in_force(tx, tenant.policy_id)


def _faults(vault: Vault, tenant: Tenant, recognisers: Recognisers, today: date) -> Iterator[Finding]:
    try:
        bundle = _policy_of(vault, tenant)
    except (NotFound, IntegrityError) as error:
        yield Finding(check="tenants", verdict=Verdict.FAIL, says=f"{tenant.id}: {error}")
        return
    yield from _unproved(tenant, bundle, recognisers, today)
    against = {name: _against(name, bundle, recognisers) for name in tenant.settings.engines}
    for name, reason in against.items():
        if reason:
            yield Finding(check="tenants", verdict=Verdict.WARN, says=f"{tenant.id}: never uses {name}: {reason}")
    if tenant.settings.is_transcription_on and all(against.values()):
        says = f"{tenant.id}: no recogniser may hear its calls; every recording will be withheld"
        yield Finding(check="tenants", verdict=Verdict.FAIL, says=says)


def _unproved(tenant: Tenant, bundle: Bundle, recognisers: Recognisers, today: date) -> Iterator[Finding]:
    """Name each company that would receive the tenant's calls, and is not proved or soon will not be."""
    heard_by = {recognisers.processors.get(name) for name in tenant.settings.engines}
    used = {"twilio"} if tenant.armed else set()
    used |= {name for name in heard_by if name and lists_processor(bundle, name, _SPEECH_TO_TEXT)}
    for line in list_sub_processors(tenant, bundle, today=today):
        if line.name not in used or line.state == "proved":
            continue
        verdict = Verdict.WARN if line.state == "expires soon" else Verdict.FAIL
        means = (
            f"until {line.expires_on}" if verdict is Verdict.WARN else "it receives nothing, and nothing is recorded"
        )
        means = means if line.name == "twilio" or verdict is Verdict.WARN else "it receives nothing"
        says = f"{tenant.id}: {line.name}: {line.state}: {means}; earmark processor record {line.name}"
        yield Finding(check="processors", verdict=verdict, says=says)


def _against(name: str, bundle: Bundle, recognisers: Recognisers) -> str | None:
    """Say why a tenant under a policy cannot use a recogniser; None when it can."""
    if name not in recognisers.processors:
        return f"there is none; known are {', '.join(sorted(recognisers.processors))}"
    company = recognisers.processors[name]
    if company is not None and not lists_processor(bundle, company, _SPEECH_TO_TEXT):
        clause = bundle.cite(_entry(bundle, company))
        return f"not among the processors of {clause.document} §{clause.section} “{clause.key}”"
    return None if name in recognisers.configured else "it is not set up here"


def _entry(bundle: Bundle, company: str) -> Leaf:
    known: list[Processor | Refused] = [*bundle.processors.listed, *bundle.processors.refused]
    return next((entry for entry in known if entry.name == company), bundle.processors)
