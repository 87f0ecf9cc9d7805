"""The tenants of the sample calls, taken on anew or brought back to what the samples expect."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipeline.bootstrap import Base
from pipeline.decisions.processors import register
from pipeline.decisions.tenants import put_settings
from pipeline.model.ids import TenantId
from pipeline.model.processor import ProcessorEvidence
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import load_bundle
from pipeline.store.session import Transaction
from pipeline.store.tenants import find_tenant
from samples.scenario import Scenario
from samples.twilio_standin import Account

_AGENT: Final = "wss://agent.example.invalid/stream"
_NEJIX: Final = TenantSettings(is_recording_on=True, is_transcription_on=True, engines=("deepgram", "local"))
_CONNEKZ: Final = TenantSettings(
    is_recording_on=True, is_transcription_on=True, asks_for_training=True, engines=("deepgram", "local")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    policy: str
    display_name: str
    settings: TenantSettings


_WANTED: Final[Mapping[str, _Wanted]] = {
    "nejix-demo": _Wanted(policy="nejix", display_name="Nejix Demo", settings=_NEJIX),
    "connekz-demo": _Wanted(policy="connekz", display_name="Connekz Demo", settings=_CONNEKZ),
    # Calls put through to a person, and calls through a developer's own instance, have accounts of their own.
    "nejix-desk-demo": _Wanted(
        policy="nejix", display_name="Nejix Demo", settings=replace(_NEJIX, topology=Topology.FORWARD)
    ),
    "connekz-instance-demo": _Wanted(
        policy="connekz", display_name="Connekz Demo", settings=replace(_CONNEKZ, instance="inst-orchard")
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTenant:
    """A tenant with its account at the stand-in and its agent's key."""

    tenant: Tenant
    account: Account
    api_key: str


def tenant_of(scenario: Scenario) -> str:
    """Say which tenant's number a sample calls."""
    if scenario.topology == "forwarded":
        return "nejix-desk-demo"
    return "connekz-instance-demo" if scenario.developer_instance else scenario.tenant


def take_on_all(base: Base) -> dict[str, DemoTenant]:
    """Take on every demo tenant; those that are there keep their keys and get the settings the samples expect."""
    return {name: _take_on(base, name, wanted) for name, wanted in _WANTED.items()}


def _take_on(base: Base, name: str, wanted: _Wanted) -> DemoTenant:
    id = TenantId(name)
    base.keys.create_tenant_key(id)
    api_key = "ek_" + secrets.token_urlsafe(24)
    with base.database.transaction(id) as tx:
        before = find_tenant(tx, keys=base.keys)
        tenant = Tenant(
            id=id,
            display_name=wanted.display_name,
            policy_id=wanted.policy,
            account_sid=before.account_sid if before else "AC" + secrets.token_hex(16),
            settings=wanted.settings,
            secrets=before.secrets if before else _secrets(wanted),
            api_key_sha256=hashlib.sha256(api_key.encode()).hexdigest(),
        )
        put_settings(tx, base.vault, tenant, actor="demo")
        _put_on_file(tx, load_bundle(wanted.policy))
    return DemoTenant(tenant=tenant, account=_account(tenant), api_key=api_key)


def _put_on_file(tx: Transaction, bundle: Bundle) -> None:
    """Put the contracts of the demo on file: companies that would see content receive nothing without."""
    today = tx.now.date()
    for company in bundle.processors.listed:
        if company.sees_content:
            entry = ProcessorEvidence(
                name=company.name,
                contract=f"demo contract with {company.name}",
                training_off_by=company.training_off,
                regions=company.regions,
                keeps_days=0,
                evidence_on=today,
                expires_on=today + timedelta(days=365),
            )
            register(tx, entry, bundle=bundle, actor="demo")


def _secrets(wanted: _Wanted) -> TenantSecrets:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    is_forwarding = wanted.settings.topology is Topology.FORWARD
    return TenantSecrets(
        auth_token=secrets.token_hex(16),
        agent_url="" if is_forwarding else _AGENT,
        forward_to="+12125550199" if is_forwarding else "",
        recording_keys={"CR" + secrets.token_hex(16): pem},
    )


def _account(tenant: Tenant) -> Account:
    (key_sid, pem), *_ = tenant.secrets.recording_keys.items()
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Account(
        sid=tenant.account_sid or "",
        auth_token=tenant.secrets.auth_token,
        public_key_sid=key_sid,
        public_key_pem=public,
    )
