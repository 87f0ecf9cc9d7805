"""Is each tenant's account at the telephony vendor safe: the checks of `earmark doctor` that ask the vendor.

Each looks from outside, as a stranger would, and changes nothing. What could not be asked is a warning, what
was answered wrongly or refused a failure; numbers are masked. Acceptance: consent.md D.5 item 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IntegrityError, NotFound, PipelineError, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.telephony import NumberUrls, Telephony
from pipeline.reads.health_report import Finding, Verdict
from pipeline.reads.tenant_numbers import NumberLine, compare_numbers
from pipeline.store.attestations import Attestation, find_newest_attestation
from pipeline.store.numbers import OwnNumber, list_numbers
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.tenants import account_of, get_tenant
from pipeline.store.vault import Vault

_LOOKS_BACK: Final = timedelta(days=30)
_GOOD_FOR: Final = timedelta(days=365)
_REMINDS_WITHIN: Final = timedelta(days=30)
_PCI_KEEPS_DAYS: Final = 365
_RECORDINGS: Final = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED)

type Told = Iterator[tuple[Verdict, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSide:
    """Whom to ask, where calls should be asked for, and when this is."""

    recordings: RecordingsVendor
    telephony: Telephony
    urls: Callable[[TenantId], NumberUrls]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    tenant: Tenant
    numbers: tuple[OwnNumber, ...]
    attestation: Attestation | None
    policy: Bundle
    """The version in force."""

    @property
    def armed(self) -> tuple[OwnNumber, ...]:
        return tuple(number for number in self.numbers if number.is_armed)


def check_accounts(vault: Vault, names: Sequence[TenantId], side: VendorSide) -> Iterator[Finding]:
    """Make every check on every tenant that has an account; what is well is told once for all of them."""
    owners: list[_Owner] = []
    for name in names:
        try:
            owners += [owner for owner in [_owner(vault, name)] if owner.tenant.account_sid]
        except (NotFound, IntegrityError) as error:
            yield Finding(check="telephony accounts", verdict=Verdict.FAIL, says=f"{name}: {error}")
    for check, examine in _EXAMINED.items():
        found = [
            Finding(check=check, verdict=verdict, says=f"{owner.tenant.id}: {says}")
            for owner in owners
            for verdict, says in _asked(examine(owner, side))
        ]
        faults = [finding for finding in found if finding.verdict is not Verdict.OK]
        yield from faults
        if owners and not faults:
            yield Finding(check=check, verdict=Verdict.OK, says=f"{_WELL[check]}: {len(owners)} tenants")


def _asked(examined: Told) -> Told:
    try:
        yield from examined
    except VendorUnavailable as error:
        yield Verdict.WARN, f"cannot be told now: {error}"
    except PipelineError as error:
        yield Verdict.FAIL, f"cannot be told: {error}"


def _media(owner: _Owner, side: VendorSide) -> Told:
    account = account_of(owner.tenant)
    listed = side.recordings.list_recordings(account, since=side.now - _LOOKS_BACK)
    for recording in listed:
        if recording.status != "completed" or recording.is_deleted:
            continue
        try:
            is_protected = side.telephony.is_media_protected(account, recording.recording_sid)
        except NotFound:
            continue  # deleted meanwhile, or not there yet
        if not is_protected:
            yield Verdict.FAIL, "anybody can hear its recordings: turn HTTP authentication of media on in the account"
        return
    yield Verdict.WARN, "that strangers are refused cannot be shown yet: no recording is there to ask for"


def _default_recording(owner: _Owner, side: VendorSide) -> Told:
    if side.telephony.has_default_recording(account_of(owner.tenant)):
        yield Verdict.FAIL, "the account records calls by itself: remove its default recording configuration"


def _pci(owner: _Owner, side: VendorSide) -> Told:
    chosen = owner.tenant.settings
    if chosen.pci_mode == "off":
        return
    if chosen.pci_mode != "on":
        yield Verdict.WARN, "whether the account is in PCI mode is not known: earmark tenant set --pci-mode on or off"
        return
    if chosen.is_transcription_on:
        yield Verdict.FAIL, "in PCI mode nothing may be transcribed: switch transcription off, or use another account"
    for kind in _RECORDINGS:
        days = chosen.retention_days.get(kind, owner.policy.retention[kind].days)
        if days is None or days > _PCI_KEEPS_DAYS:
            yield Verdict.FAIL, f"in PCI mode a {kind} is kept at most {_PCI_KEEPS_DAYS} days, and is to be kept longer"


def _numbers(owner: _Owner, side: VendorSide) -> Told:
    if not owner.armed:
        if owner.tenant.settings.is_recording_on:
            yield Verdict.WARN, "no number is armed, so no call is recorded: earmark number arm"
        return
    theirs = side.telephony.list_numbers(account_of(owner.tenant))
    for line in compare_numbers(owner.numbers, theirs, side.urls(owner.tenant.id)):
        yield from _line(line)


def _line(line: NumberLine) -> Told:
    if line.state != "armed":
        if line.points_at_us:
            yield Verdict.WARN, f"{line.number} points at us and is not armed: its calls go unrecorded"
        return
    if not line.is_in_account:
        if line.number_sid is not None:
            yield Verdict.FAIL, f"{line.number} is armed and no longer in the account"
        return
    if line.is_handled_elsewhere:
        yield Verdict.FAIL, f"{line.number} is armed, and an application or a trunk answers it"
    elif not line.points_at_us:
        yield Verdict.FAIL, f"{line.number} is armed and points elsewhere: earmark number arm"


def _signatures(owner: _Owner, side: VendorSide) -> Told:
    key, kept = owner.tenant.settings.webhook_key, owner.tenant.secrets
    if key is not None and not kept.webhook_keys.get(key):
        yield Verdict.FAIL, "the key that signs its webhooks has no secret here: every webhook is refused"
    if key is None and not kept.auth_token:
        yield Verdict.FAIL, "it has no auth token, so its webhooks cannot be told from anybody's: all are refused"
    if kept.retiring_auth_token:
        yield Verdict.WARN, "a retiring auth token is still accepted: take it out once the change is over"


def _attestation(owner: _Owner, side: VendorSide) -> Told:
    if not owner.armed:
        return
    if owner.attestation is None:
        yield Verdict.FAIL, "numbers are armed, and its duty to inform callers was never attested"
        return
    left = _GOOD_FOR - (side.now - owner.attestation.at)
    if left < timedelta(0):
        yield Verdict.FAIL, "its duty to inform callers was attested more than a year ago: earmark number attest"
    elif left < _REMINDS_WITHIN:
        yield Verdict.WARN, f"its attestation ends in {left.days} days: earmark number attest"


_EXAMINED: Final[dict[str, Callable[[_Owner, VendorSide], Told]]] = {
    "media access": _media,
    "default recording": _default_recording,
    "PCI mode": _pci,
    "numbers": _numbers,
    "webhook signatures": _signatures,
    "attestation": _attestation,
}
_WELL: Final = {
    "media access": "strangers are refused recordings",
    "default recording": "no account records by itself",
    "PCI mode": "known, and nothing goes against it",
    "numbers": "every armed number reads back as ours",
    "webhook signatures": "what verifies them is here",
    "attestation": "made within a year where a number is armed",
}


def _owner(vault: Vault, name: TenantId) -> _Owner:
    with vault.database.transaction(name) as tx:
        tenant = get_tenant(tx, keys=vault.keys)
        return _Owner(
            tenant=tenant,
            policy=bundle_in_force(tx, tenant.policy_id),
            numbers=list_numbers(tx, keys=vault.keys),
            attestation=find_newest_attestation(tx, keys=vault.keys),
        )
