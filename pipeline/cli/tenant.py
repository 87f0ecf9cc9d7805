"""`earmark tenant`: take a tenant on, and see how it is set up."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import tenant_id, twilio_sid
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology


@click.group("tenant")
def command() -> None:
    """Take tenants on and look at them."""


@command.command("add")
@click.argument("name")
@click.option("--policy", required=True, help="Which policy it is under, such as nejix.")
@click.option("--display-name", required=True, help="The name callers hear.")
@click.option("--account-sid", help="Its Twilio subaccount (AC...).")
@click.option("--auth-token-file", type=click.Path(path_type=Path), help="File that holds the account's auth token.")
@click.option("--agent-url", default="", help="Where its AI agent takes media streams (wss://...).")
@click.option("--forward-to", default="", help="Forward calls to this number instead.")
@click.option("--establishment", multiple=True, help="Where it is established, such as US-CA; may be repeated.")
@click.option("--locale", default="en-US", show_default=True, help="Language of the announcements.")
@click.option("--record/--no-record", default=False, help="Record calls, with consent.")
@click.option("--transcribe/--no-transcribe", default=False, help="Transcribe recordings, with consent.")
@click.option("--ask-training/--no-ask-training", default=False, help="Ask callers about training.")
@click.option("--on-decline", type=click.Choice([o.value for o in OnDecline]), default="continue", show_default=True)
@click.option("--engine", multiple=True, help="Recognisers in order of preference: local, deepgram.")
@as_json_option
def add(name: str, policy: str, display_name: str, as_json: bool, **given: object) -> None:
    """Add a tenant; prints its API key once."""
    from pipeline.bootstrap import open_base
    from pipeline.decisions.tenants import take_on
    from pipeline.policies.loader import load_bundle
    from pipeline.settings import read_settings

    load_bundle(policy)  # an unknown policy is refused before anything is written
    api_key = "ek_" + secrets.token_urlsafe(32)
    tenant = _tenant(name, policy, display_name, api_key, given)
    with open_base(read_settings()) as base:
        take_on(base.vault, tenant, actor="cli")
    shown = {"tenant": tenant.id, "policy": policy, "api_key": api_key}
    show(shown) if as_json else show_facts(shown)


@command.command("show")
@click.argument("name")
@as_json_option
def show_tenant(name: str, as_json: bool) -> None:
    """Show a tenant's settings; secrets are never shown."""
    from pipeline.bootstrap import open_base
    from pipeline.settings import read_settings
    from pipeline.store.tenants import find_tenant

    with open_base(read_settings()) as base, base.database.transaction(tenant_id(name)) as tx:
        found = find_tenant(tx, keys=base.keys)
    if found is None:
        raise NotFound(f"no tenant {name}")
    settings = {
        key: value if not isinstance(value, tuple) else list(value) for key, value in asdict(found.settings).items()
    }
    facts = {
        "tenant": found.id,
        "display_name": found.display_name,
        "policy": found.policy_id,
        "account_sid": found.account_sid,
        "is_active": found.is_active,
        **settings,
    }
    show(facts) if as_json else show_facts(facts)


def _tenant(name: str, policy: str, display_name: str, api_key: str, given: dict[str, object]) -> Tenant:
    token_file = given["auth_token_file"]
    if isinstance(token_file, Path) and not token_file.is_file():
        raise InvalidInput("the auth token file is not there")
    account = given["account_sid"]
    forward_to = str(given["forward_to"])
    engines = given["engine"]
    return Tenant(
        id=tenant_id(name),
        display_name=display_name,
        policy_id=policy,
        account_sid=twilio_sid("AC", str(account)) if account else None,
        settings=TenantSettings(
            is_recording_on=bool(given["record"]),
            is_transcription_on=bool(given["transcribe"]),
            asks_for_training=bool(given["ask_training"]),
            on_decline=OnDecline(str(given["on_decline"])),
            topology=Topology.FORWARD if forward_to else Topology.AGENT,
            locale=str(given["locale"]),
            establishment=given["establishment"],  # type: ignore[arg-type]  # click gives a tuple of text
            engines=engines or ("local",),  # type: ignore[arg-type]  # click gives a tuple of text
        ),
        secrets=TenantSecrets(
            auth_token=token_file.read_text().strip() if isinstance(token_file, Path) else "",
            agent_url=str(given["agent_url"]),
            forward_to=forward_to,
        ),
        api_key_sha256=hashlib.sha256(api_key.encode()).hexdigest(),
    )
