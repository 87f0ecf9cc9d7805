"""The options by which a tenant is set up, and what they change. What is not given stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from pipeline.cli.notice_options import check_notices, notice_options, notice_secrets
from pipeline.cli.redaction_options import check_redaction, redaction_options, redaction_settings, redaction_words
from pipeline.cli.text_file import read_text_file
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import twilio_sid
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology

_MOST_BYTES: Final = 20_000
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{2,64}")
_API_KEY: Final = re.compile(r"SK[0-9a-f]{32}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_PARTIES: Final = ("caller", "agent", "callee")
_SETTINGS: Final = {
    "record": "is_recording_on",
    "transcribe": "is_transcription_on",
    "ask_training": "asks_for_training",
    "ask_everyone": "asks_everyone",
    "accept_speech": "accepts_speech",
    "keep_vendor_copy": "deletes_vendor_copy",
    "voicemail_s": "voicemail_s",
    "pci_mode": "pci_mode",
    "locale": "locale",
}
"""Options that are a setting as they stand."""

_SECRET_FILES: Final = {
    "auth_token_file": "auth_token",
    "retiring_token_file": "retiring_auth_token",
    "api_secret_file": "api_key_secret",
}
_file: Final = click.Path(path_type=Path)
_OPTIONS: Final = (
    click.option("--account-sid", help="Its Twilio subaccount (AC...)."),
    click.option("--auth-token-file", type=_file, help="File that holds the account's auth token."),
    click.option("--retiring-token-file", type=_file, help="The token before it, accepted while Twilio changes over."),
    click.option("--no-retiring-token", is_flag=True, default=None, help="Accept no earlier token any more."),
    click.option("--api-key", help="API key (SK...) for REST and audio; the auth token is then for signatures only."),
    click.option("--api-secret-file", type=_file, help="File that holds the API key's secret."),
    click.option("--webhook-key", help="Id of the shared key that signs webhooks; `none`: the auth token does."),
    click.option("--webhook-secret-file", type=_file, help="File that holds the secret of that key."),
    click.option("--recording-key", multiple=True, help="KEYSID=FILE: private key (PEM) of encrypted recordings."),
    click.option("--agent-url", help="Where its AI agent takes calls (wss://...)."),
    click.option("--forward-to", help="Number on which a person answers instead."),
    click.option("--topology", type=click.Choice([t.value for t in Topology]), help="Who answers its calls."),
    click.option("--voicemail-s", type=click.IntRange(10, 600), help="The longest message in seconds."),
    click.option("--establishment", multiple=True, help="Where it is established, such as US-CA; may be repeated."),
    click.option("--locale", help="Language of the announcements, such as en-US."),
    click.option("--record/--no-record", default=None, help="Record calls, with consent."),
    click.option("--transcribe/--no-transcribe", default=None, help="Transcribe calls, with consent."),
    click.option("--ask-training/--no-ask-training", default=None, help="Ask callers about training."),
    click.option("--ask-everyone/--no-ask-everyone", default=None, help="Ask for a clear yes everywhere."),
    click.option("--accept-speech/--no-accept-speech", default=None, help="Take a spoken yes where the law does."),
    click.option("--on-decline", type=click.Choice([o.value for o in OnDecline]), help="After a no, or no answer."),
    click.option("--pci-mode", type=click.Choice(["on", "off", "unknown"]), help="PCI mode of the Twilio account."),
    click.option("--engine", multiple=True, help="Recognisers in order of preference: local, deepgram."),
    click.option("--keep-days", multiple=True, help="KIND=DAYS, such as recording.original=30; `default` for DAYS."),
    click.option(
        "--regulated", multiple=True, help="PLACE=FILE: its law orders you to keep recordings; FILE shows it."
    ),
    click.option("--speakers", multiple=True, help="SOURCE=caller,agent: who is on each channel of a recording."),
    click.option("--delete-vendor-copy/--keep-vendor-copy", "keep_vendor_copy", default=None, help="After capture."),
)


def tenant_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option of a tenant's settings."""
    command = notice_options(redaction_options(command))
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def apply_options(tenant: Tenant, given: Mapping[str, Any]) -> Tenant:
    """Change what was given, and check that what then stands can work.

    Raises:
        InvalidInput: a value that cannot be used; the message never repeats a secret.
    """
    account = given.get("account_sid")
    changed = replace(
        tenant,
        account_sid=twilio_sid("AC", account) if account else tenant.account_sid,
        secrets=replace(tenant.secrets, **dict(_secrets(tenant.secrets, given))),
        settings=replace(tenant.settings, **dict(_settings(tenant.settings, given))),
    )
    _check(changed, given)
    return changed


def _settings(now: TenantSettings, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for option, name in _SETTINGS.items():
        if given.get(option) is not None:
            yield name, given[option]
    for option, read in (("on_decline", OnDecline), ("topology", Topology)):
        if given.get(option):
            yield option, read(given[option])
    if given.get("forward_to") and not given.get("topology") and now.topology is Topology.AGENT:
        yield "topology", Topology.FORWARD
    for option, name in (("establishment", "establishment"), ("engine", "engines")):
        if given.get(option):
            yield name, tuple(given[option])
    yield from _tables(now, given)
    yield from redaction_settings(now, given)


def _tables(now: TenantSettings, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if given.get("keep_days"):
        yield "retention_days", _retention(now.retention_days, given["keep_days"])
    named = _regulated(given)
    if named:
        yield "regulated_in", _places(now.regulated_in, named)
    if given.get("speakers"):
        yield "speaker_channels", {**now.speaker_channels, **dict(map(_speakers, given["speakers"]))}
    key = given.get("webhook_key")
    if key:
        yield "webhook_key", None if key == "none" else _key_id(key)


def _secrets(now: TenantSecrets, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if given.get("no_retiring_token"):
        yield "retiring_auth_token", ""
    for option, name in _SECRET_FILES.items():
        if given.get(option):
            yield name, _read_secret(given[option])
    for option, name in (("api_key", "api_key_sid"), ("agent_url", "agent_url"), ("forward_to", "forward_to")):
        if given.get(option) is not None:
            yield name, given[option]
    if given.get("webhook_secret_file"):
        yield "webhook_keys", {**now.webhook_keys, **_webhook_secret(given)}
    if given.get("recording_key"):
        pairs = (_pair(text, "--recording-key", "KEYSID=FILE") for text in given["recording_key"])
        yield "recording_keys", {**now.recording_keys, **{_key_id(k): _read_secret(Path(v)) for k, v in pairs}}
    named = _regulated(given)
    lines = [f"{place}: {_in_one_line(file)}" for place, file in named.items() if file != "none"]
    yield "regulated_evidence", (*_not_named(now.regulated_evidence, named), *lines)
    yield from notice_secrets(given, lambda name: _read_secret(Path(name)))
    yield from redaction_words(now, given)


def _regulated(given: Mapping[str, Any]) -> dict[str, str]:
    """Give each place that is named, with the file that shows it; `none` takes a place away."""
    return dict(_pair(text, "--regulated", "PLACE=FILE, or PLACE=none") for text in given.get("regulated") or ())


def _places(now: tuple[str, ...], named: Mapping[str, str]) -> tuple[str, ...]:
    for place, file in named.items():
        if file == "none" and place not in now:
            raise InvalidInput(f"--regulated: {place[:20]} is none of the places that stand")
    return (*_not_named(now, named), *(place for place, file in named.items() if file != "none"))


def _not_named(kept: tuple[str, ...], named: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(one for one in kept if one.partition(":")[0].strip() not in named)


def _in_one_line(file: str) -> str:
    return " ".join(_read_secret(Path(file)).split())


def _webhook_secret(given: Mapping[str, Any]) -> dict[str, str]:
    key = given.get("webhook_key")
    if not key or key == "none":
        raise InvalidInput("--webhook-secret-file needs --webhook-key, the id of the key whose secret it is")
    return {_key_id(key): _read_secret(given["webhook_secret_file"])}


def _check(tenant: Tenant, given: Mapping[str, Any]) -> None:
    from pipeline.consent.resolve import to_place
    from pipeline.policies.loader import load_law, load_scripts
    from pipeline.policies.overrides import check_regulated

    load_scripts(tenant.settings.locale)
    for place in tenant.settings.establishment:
        to_place(place)
    _check_secrets(tenant, given)
    check_regulated(tenant.settings.regulated_in, tenant.secrets.regulated_evidence, load_law().matrix)
    check_redaction(tenant.settings, tenant.secrets)
    check_notices(tenant.secrets)
    kept, topology = tenant.secrets, given.get("topology")
    if topology in (Topology.AGENT, Topology.RELAY) and not kept.agent_url:
        raise InvalidInput(f"topology {topology} needs --agent-url")
    if topology in (Topology.FORWARD, Topology.CONFERENCE) and not kept.forward_to:
        raise InvalidInput(f"topology {topology} needs --forward-to")


def _check_secrets(tenant: Tenant, given: Mapping[str, Any]) -> None:
    settings, kept = tenant.settings, tenant.secrets
    if given.get("forward_to") and not _E164.fullmatch(kept.forward_to):
        raise InvalidInput("--forward-to is a number in international form, such as +12125550123")
    if given.get("agent_url") and not kept.agent_url.startswith("wss://"):
        raise InvalidInput("--agent-url begins with wss://")
    if settings.webhook_key is not None and not kept.webhook_keys.get(settings.webhook_key):
        raise InvalidInput("the webhook key has no secret yet: give --webhook-secret-file with it")
    if given.get("api_key") and not _API_KEY.fullmatch(kept.api_key_sid):
        raise InvalidInput("--api-key is the SID of an API key (SK...)")
    if bool(kept.api_key_sid) != bool(kept.api_key_secret):
        raise InvalidInput("--api-key and --api-secret-file belong together")


def _retention(now: Mapping[str, int], given: tuple[str, ...]) -> dict[str, int]:
    kept = dict(now)
    for text in given:
        kind, days = _pair(text, "--keep-days", "KIND=DAYS")
        if kind not in list(ArtifactKind):
            raise InvalidInput(f"--keep-days: kinds are {', '.join(ArtifactKind)}")
        if days == "default":
            kept.pop(kind, None)
        elif days.isascii() and days.isdigit() and 1 <= int(days) <= 36_500:
            kept[kind] = int(days)
        else:
            raise InvalidInput("--keep-days: DAYS is 1 to 36500, or `default`")
    return kept


def _speakers(text: str) -> tuple[str, str]:
    source, parties = _pair(text, "--speakers", "SOURCE=caller,agent")
    named = parties.split(",")
    if len(named) != 2 or len(set(named)) != 2 or not set(named) <= set(_PARTIES) or "caller" not in named:
        raise InvalidInput("--speakers: two channels, one the caller's, the other agent or callee")
    return source, parties


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or not value:
        raise InvalidInput(f"{option} is written {form}")
    return name, value


def _key_id(text: str) -> str:
    if not _KEY_ID.fullmatch(text):
        raise InvalidInput("a key is named by 2 to 64 letters, digits, hyphens and underscores")
    return text


def _read_secret(path: Path) -> str:
    return read_text_file(path, most_bytes=_MOST_BYTES)
