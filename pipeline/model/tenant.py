"""A customer of the platform: its own vendor account, settings and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.model.ids import TenantId
from pipeline.model.processor import ProcessorEvidence

COMPANY_OF_ENGINE: Final[Mapping[str, str | None]] = {"local": None, "deepgram": "deepgram"}
"""Every recogniser, and who hears what it is given, as policies list it; nobody for what stays in the building."""


class OnDecline(StrEnum):
    """What happens to a call whose caller says no, or nothing."""

    CONTINUE = "continue"
    TRANSFER = "transfer"
    END = "end"


class Topology(StrEnum):
    """Who answers the tenant's calls."""

    AGENT = "agent"
    """An AI agent, reached over a media stream."""
    RELAY = "relay"
    """An AI agent, reached as text: the vendor hears and speaks for it."""
    FORWARD = "forward"
    """A person on another number."""
    CONFERENCE = "conference"
    """A person on another number, met in a room that more people may join."""
    VOICEMAIL = "voicemail"
    """Nobody: the caller may leave a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """What a tenant has chosen. Everything that keeps or shows more is off until switched on."""

    is_recording_on: bool = False
    is_transcription_on: bool = False
    asks_for_training: bool = False
    on_decline: OnDecline = OnDecline.CONTINUE
    topology: Topology = Topology.AGENT
    asks_everyone: bool = False
    """Ask for a clear yes even where the law is content with an announcement."""
    accepts_speech: bool = False
    """Take a spoken answer where no law asks for a key press."""
    voicemail_s: int = 120
    """The longest message."""
    pci_mode: str = "unknown"
    """The vendor account's PCI mode as the tenant states it (`on`, `off`): the vendor's API does not tell."""
    webhook_key: str | None = None
    """Id of the shared key that signs webhooks with HMAC-SHA256; None: the auth token signs them with HMAC-SHA1."""
    speaker_channels: Mapping[str, str] = field(default_factory=dict)
    """Who is on each channel by the recording's source, such as `caller,agent`: the tenant's word where no notice is
    heard. What is heard outweighs it."""
    locale: str = "en-US"
    establishment: tuple[str, ...] = ()
    engines: tuple[str, ...] = ("local",)
    """Recognisers in order of preference; the first that policy, region and language allow is used."""
    region: str = "local"
    entity_set: str = "default"
    """Which types of personal data are hidden."""
    threshold: float | None = None
    """How sure the detector must be of what it hides, 0 to 1; None: as sure as it is made for."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The same for single types, by the type's name."""
    text_style: str = "label"
    audio_style: str = "silence"
    padding_ms: int | None = None
    """How much is muted before and after hidden words; None: as much as the recogniser's times are off."""
    deletes_vendor_copy: bool = True
    instance: str | None = None
    """Set when this tenant's calls are made through a developer's own instance."""
    retention_days: Mapping[str, int] = field(default_factory=dict)
    """Artifact kind to days; replaces the policy's default inside the policy's limits."""
    regulated_in: tuple[str, ...] = ()
    """Places whose law orders services of the tenant's kind to keep recordings; each needs its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSecrets:
    """What is kept only sealed under the tenant's key. Never shown in a repr."""

    auth_token: str = field(default="", repr=False)
    api_key_sid: str = field(default="", repr=False)
    api_key_secret: str = field(default="", repr=False)
    agent_url: str = field(default="", repr=False)
    forward_to: str = field(default="", repr=False)
    recording_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Private keys (PEM) of encrypted recordings by the vendor's key SID, retired ones too."""
    retiring_auth_token: str = field(default="", repr=False)
    """The token before the present one: accepted beside it while the vendor changes over."""
    webhook_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets of shared keys that sign webhooks, by the vendor's key id."""
    hide_words: tuple[str, ...] = field(default=(), repr=False)
    """Names and code words that are hidden wherever they are said: personal or confidential themselves."""
    contact_email: str = field(default="", repr=False)
    """Who is told of changes of the policy."""
    notice_url: str = field(default="", repr=False)
    """Where changes of the policy are posted."""
    notice_secret: str = field(default="", repr=False)
    """What such a post is signed with."""
    regulated_evidence: tuple[str, ...] = field(default=(), repr=False)
    """What shows that the tenant is of a regulated kind, as `HU: licence 123`, a line for each place."""
    keep_words: tuple[str, ...] = field(default=(), repr=False)
    """Names that are never hidden, such as the assistant's own; what answers a personal question is all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant as it stands now."""

    id: TenantId
    display_name: str
    policy_id: str
    account_sid: str | None
    settings: TenantSettings
    secrets: TenantSecrets = field(repr=False)
    api_key_sha256: str | None = field(default=None, repr=False)
    is_active: bool = True
    armed: frozenset[str] = field(default=frozenset(), repr=False)
    """References (keyed digests) of the tenant's own numbers whose calls may be recorded."""
    wordings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The tenant's own announcements in force, by `script:locale`."""
    registry: tuple[ProcessorEvidence, ...] = field(default=(), repr=False)
    """What is on file about companies that receive data, each company's newest entry."""
    version: int = field(default=0, compare=False)
    """Grows with every change of the tenant, its numbers or its wordings: what was read at another is out of date."""
