"""What every step works with, chosen once by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from pipeline.model.call import Call
from pipeline.model.entity import Entity
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Conversation
from pipeline.policies.bundle import Bundle
from pipeline.policies.facts import ProcessorAsk
from pipeline.policies.loader import Law
from pipeline.policies.versions import PolicyShelf
from pipeline.ports.clock import Clock
from pipeline.ports.deposit import Deposit
from pipeline.ports.events import EventPost
from pipeline.ports.notices import NoticeChannel
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.stretches import SHARE
from pipeline.store.policy_cache import PolicyCache
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Shelf, Vault

type Receipt = Mapping[str, Any]
"""What a step gives back and the engine checkpoints: ids, digests, counts and enum values."""


class Detects(Protocol):
    """Finds personal data in a conversation."""

    version: str

    def detect(self, conversation: Conversation, *, profile: RedactionProfile) -> tuple[Entity, ...]:
        """Find every entity that the profile hides, ordered by turn and place, none overlapping another."""
        ...


type OpenMedia = Callable[[bytes, Mapping[str, str], Mapping[str, str]], bytes]
"""Decrypts what the vendor encrypted: (body, encryption details, private keys by SID) -> audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeContext:
    """What judging works with: vault, time, law and policies. No model is loaded for it and no vendor asked.

    `bundles` gives the policies that come with Earmark, one of which a tenant begins with, and serves `policies_of`
    alone: what a tenant is under today may be a version that was published to it.
    """

    vault: Vault
    clock: Clock
    law: Law
    bundles: Callable[[str], Bundle] = field(repr=False)
    policies: PolicyCache = field(default_factory=PolicyCache, repr=False)

    def policies_of(self, tx: Transaction, owner: Tenant) -> PolicyShelf:
        """Give every version of its policy that a tenant has."""
        return self.policies.policies_of(tx, owner.policy_id, packaged=self.bundles)

    def bundle_of(self, tx: Transaction, owner: Tenant, *, on: date | None = None) -> Bundle:
        """Give the version of a tenant's policy that is in force on a day, today where none is named."""
        return self.policies_of(tx, owner).in_force_on(on or tx.now.date()).bundle

    @contextmanager
    def recording(self, tenant: TenantId, recording: RecordingId) -> Iterator[tuple[Transaction, Recording, Tenant]]:
        """Open a transaction with a recording and its tenant read."""
        with self.vault.database.transaction(tenant) as tx:
            yield tx, get_recording(tx, recording), get_tenant(tx, keys=self.vault.keys)

    def read(self, tenant: TenantId, recording: RecordingId) -> tuple[Recording, Tenant]:
        """Read a recording and its tenant."""
        with self.recording(tenant, recording) as (_, found, owner):
            return found, owner


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext(JudgeContext):
    """Vault, vendor, models and policies. Models are loaded once and shared by all steps of the process.

    `listened_share` is how much of a call the listener hears beside what was muted, 0 to 1.
    """

    vendor: RecordingsVendor
    open_media: OpenMedia
    transcribers: Mapping[str, Transcriber]
    listener: Transcriber
    detector: Detects
    listened_share: float = SHARE
    hosts: tuple[ProcessorAsk, ...] = ()
    """Companies on whose computers artifacts lie; none where they lie in this building."""
    channels: Mapping[str, NoticeChannel] = field(default_factory=dict, repr=False)
    """How tenants are told of changes: `email`, `webhook`."""
    deposits: Callable[[str], Deposit] | None = field(default=None, repr=False)
    """Opens where files lie, by `s3://bucket/prefix` or a folder; None where nothing is taken in."""
    events: EventPost | None = field(default=None, repr=False)
    """The way to tenants' own servers; None where nothing is told."""


def shelf_of(recording: Recording) -> Shelf:
    """Say where a recording's artifacts lie: under the day Earmark first heard of it."""
    if recording.noted_at is None:
        raise NotFound("the recording is not stored")
    return Shelf(tenant=recording.tenant, recording=recording.id, call=recording.call, on=recording.noted_at.date())


def shelf_of_call(call: Call) -> Shelf:
    """Say where the artifacts of a call lie that no recording has: under the day it began."""
    return Shelf(tenant=call.tenant, recording=None, call=call.id, on=call.started_at.date())
