"""What a tenant's settings must fit: its policy in every version that binds, the places of law, what we can speak.

The same rules stand behind every way of changing settings in the console. A refusal names the setting and the clause,
and never repeats a secret or a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from pipeline.consent.resolve import to_place
from pipeline.consent.script import render_script
from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.processor import is_proved
from pipeline.model.telephone import is_e164
from pipeline.model.tenant import COMPANY_OF_ENGINE, Tenant, Topology
from pipeline.policies.bundle import Bundle
from pipeline.policies.leaf import Leaf
from pipeline.policies.loader import load_law, load_scripts
from pipeline.policies.overrides import check_regulated, check_retention_days
from pipeline.policies.processors import lists_processor
from pipeline.policies.regions import family
from pipeline.redaction.profile import make_profile

_SPEECH_TO_TEXT: Final = "speech_to_text"
_VOICEMAIL_S: Final = range(10, 601)
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_REGION: Final = re.compile(r"[a-z]{2,12}(-[a-z0-9]{1,20}){0,3}")
_PARTIES: Final = {"caller", "agent", "callee"}
_PUT_THROUGH: Final = (Topology.FORWARD, Topology.CONFERENCE)
_LISTENING: Final = (Topology.AGENT, Topology.RELAY)


def check_settings(before: Tenant, after: Tenant, versions: Sequence[Bundle], *, today: date) -> None:
    """Refuse settings that cannot be in force; the first thing that stands against them is named.

    Args:
        before: the tenant as it stands. What it was allowed to have it may keep, though evidence has expired since.
        after: as it would stand.
        versions: the policy version in force, and every one announced.
        today: the day it is.

    Raises:
        InvalidInput: what does not fit, with its clause where a policy forbids it.
    """
    for kind in after.settings.retention_days:
        if kind not in list(ArtifactKind):
            raise InvalidInput("a period is for a kind of artifact that there is")
    check_retention_days(after.settings.retention_days, versions)
    check_regulated(after.settings.regulated_in, after.secrets.regulated_evidence, load_law().matrix)
    for version in versions:
        _check_policy(after, version)
    _check_engines(before, after, versions, today)
    _check_call(after)
    make_profile(after.settings, after.secrets)
    for name, wording in after.wordings.items():
        script, _, locale = name.partition(":")
        try:
            render_script(script, locale, tenant_name=after.display_name, wording=wording)
        except NotFound as error:
            raise InvalidInput(str(error)) from None
    _check_contact(after)


def forbids_training(version: Bundle) -> str | None:
    """Say by which clause a version lets nobody train at all, so that nobody is asked; None where somebody may."""
    training = version.training
    if training.scope is not TrainingScope.NONE or training.feature_exception is not None:
        return None
    return said(version, training)


def said(version: Bundle, leaf: Leaf) -> str:
    """Write where something stands in a policy."""
    return f"{version.id} {version.version} §{leaf.clause.section} “{leaf.clause.key}”"


def engine_forbidden(name: str, version: Bundle) -> str | None:
    """Say by which clause a version keeps a recogniser's company from hearing calls; None where it may."""
    company = COMPANY_OF_ENGINE[name]
    if company is None or lists_processor(version, company, _SPEECH_TO_TEXT):
        return None
    named: list[Leaf] = [entry for entry in version.processors.refused if entry.name == company]
    return said(version, named[0] if named else version.processors)


def regions_allowed(version: Bundle) -> tuple[str, ...]:
    """List the families of regions in which a company that keeps artifacts may keep them; `local` is this building."""
    hosts = [entry for entry in version.processors.listed if "hosting" in entry.purposes]
    return ("local", *dict.fromkeys(region for entry in hosts for region in entry.regions))


def _check_policy(after: Tenant, version: Bundle) -> None:
    chosen = after.settings
    for is_wanted, permission, what in (
        (chosen.is_recording_on, version.record, "recording"),
        (chosen.is_transcription_on, version.transcribe, "transcription"),
    ):
        if is_wanted and not permission.allowed:
            raise InvalidInput(f"{what} cannot be switched on: {said(version, permission)}")
    forbidden = forbids_training(version) if chosen.asks_for_training else None
    if forbidden:
        raise InvalidInput(f"callers cannot be asked for training: {forbidden}")
    if not _REGION.fullmatch(chosen.region) or family(chosen.region) not in regions_allowed(version):
        raise InvalidInput(f"the region is in one of: {', '.join(regions_allowed(version))}")


def _check_engines(before: Tenant, after: Tenant, versions: Sequence[Bundle], today: date) -> None:
    engines = after.settings.engines
    if not engines or len(set(engines)) != len(engines) or not set(engines) <= set(COMPANY_OF_ENGINE):
        raise InvalidInput(f"recognisers are some of: {', '.join(COMPANY_OF_ENGINE)}, each once")
    for name in engines:
        forbidden = next((why for v in versions if (why := engine_forbidden(name, v))), None)
        if forbidden and name not in before.settings.engines:
            raise InvalidInput(f"{name} may not hear calls: {forbidden}")
        company = COMPANY_OF_ENGINE[name]
        is_new = company is not None and name not in before.settings.engines
        if is_new and company is not None and not is_proved(company, after.registry, on=today):
            raise InvalidInput(f"no evidence in force about {company} is on file")


def _check_call(after: Tenant) -> None:
    chosen = after.settings
    try:
        load_scripts(chosen.locale)
    except NotFound as error:
        raise InvalidInput(str(error)) from None
    for place in chosen.establishment:
        to_place(place)
    if chosen.voicemail_s not in _VOICEMAIL_S:
        raise InvalidInput(f"a message lasts {_VOICEMAIL_S.start} to {_VOICEMAIL_S.stop - 1} seconds")
    if chosen.pci_mode not in ("on", "off", "unknown"):
        raise InvalidInput("the PCI mode is on, off or unknown")
    _check_line(after)
    for parties in chosen.speaker_channels.values():
        named = str(parties).split(",")
        if len(named) != 2 or len(set(named)) != 2 or not set(named) <= _PARTIES or "caller" not in named:
            raise InvalidInput("two channels: one the caller's, the other the agent's or the callee's")


def _check_line(after: Tenant) -> None:
    chosen, kept = after.settings, after.secrets
    if chosen.topology in _LISTENING and not kept.agent_url.startswith("wss://"):
        raise InvalidInput("an AI agent takes calls at an address that begins with wss://")
    if chosen.topology in _PUT_THROUGH and not is_e164(kept.forward_to):
        raise InvalidInput("calls are put through to a number in international form, such as +12125550123")


def _check_contact(after: Tenant) -> None:
    kept = after.secrets
    faults = list(_faults(after))
    if faults:
        raise InvalidInput(faults[0])
    if bool(kept.api_key_sid) != bool(kept.api_key_secret):
        raise InvalidInput("an API key at the vendor has its SID and its secret")


def _faults(after: Tenant) -> Iterator[str]:
    kept, chosen = after.secrets, after.settings
    if kept.contact_email and not _EMAIL.fullmatch(kept.contact_email):
        yield "the contact is an address such as legal@example.com"
    if kept.notice_url and urlsplit(kept.notice_url).scheme != "https":
        yield "notices are posted to an address that begins with https://"
    if kept.notice_url and not kept.notice_secret:
        yield "notices that are posted need a secret to be signed with"
    if chosen.webhook_key is not None and not kept.webhook_keys.get(chosen.webhook_key):
        yield "the key that signs the vendor's webhooks has no secret yet"
