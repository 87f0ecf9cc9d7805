"""What a version of a redaction hides: places, types and scores, with what reviewers said of each. Never words.

It is read also of a recording that a reviewer rejected, so that it can be corrected; not of one that has ended.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.ids import ArtifactId, RecordingId, TenantId
from pipeline.model.review import (
    MOST_RECORDINGS,
    STANDING,
    Finding,
    FindingFilter,
    FindingPlace,
    RedactionChange,
    ReviewState,
)
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.redaction.manifest_diff import Difference, diff_manifests, hull
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.recordings import get_recording
from pipeline.store.redaction_changes import list_changes
from pipeline.store.redaction_versions import find_version, get_version
from pipeline.store.reviews import list_reviews
from pipeline.store.session import Transaction
from pipeline.store.shown import check_for_people, check_not_ended
from pipeline.store.vault import Vault

_CHECKED = "CheckDigits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a version hides, and every change to the recording, the first one first."""

    version: int
    duration_ms: int
    channels: int
    findings: tuple[Finding, ...]
    changes: tuple[RedactionChange, ...]

    def get(self, key: str) -> Finding | None:
        """Find one by its name."""
        return next((finding for finding in self.findings if finding.place.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a batch would be about. `skipped` recordings could not be read at this moment."""

    findings: tuple[Finding, ...]
    by_recording: Mapping[RecordingId, int]
    high_risk: int
    skipped: int

    @property
    def digest(self) -> str:
        """Name exactly these findings, so that nothing else is applied than what was seen."""
        named = sorted(f"{f.place.recording}:{f.place.version}:{f.place.key}" for f in self.findings)
        return hashlib.sha256("\n".join(named).encode()).hexdigest()


def read_findings(vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str) -> Findings:
    """List what the version in force hides, in order of time.

    Raises:
        NotFound: no such recording, or nothing of it was rendered.
        NotPermitted: it has ended, or is shown to nobody.
    """
    number, manifest = read_version(vault, tenant, recording, actor=actor)
    with vault.database.transaction(tenant) as tx:
        changes = list_changes(tx, recording)
    standing = [change for change in changes if change.state in STANDING]
    places = sorted((_place(recording, number, e) for e in manifest.entries), key=lambda p: (p.time, p.channel))
    return Findings(
        version=number,
        duration_ms=manifest.duration_ms,
        channels=manifest.channels,
        findings=tuple(Finding(place=place, change=_last(standing, place)) for place in places),
        changes=changes,
    )


def read_version(
    vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str, number: int | None = None
) -> tuple[int, Manifest]:
    """Open the manifest of a version, of the one in force where none is named.

    Raises:
        NotFound: there is no such version.
        NotPermitted: the recording has ended, or is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        version = get_version(tx, recording, number)
        artifact = get_artifact(tx, ArtifactId(version.manifest))
        _check(tx, recording, artifact)
        facts: Facts = {"kind": artifact.kind.value, "recording": recording, "version": version.number}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)
    return version.number, Manifest.from_json(vault.read(artifact))


def read_diff(
    vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str, numbers: tuple[int, int]
) -> tuple[Difference, ...]:
    """Say what differs from one version to another.

    Raises:
        NotFound, NotPermitted: as `read_version`.
    """
    old, new = (read_version(vault, tenant, recording, actor=actor, number=number)[1] for number in numbers)
    return diff_manifests(old, new)


def preview_batch(vault: Vault, tenant: TenantId, filter: FindingFilter, *, actor: str) -> Preview:
    """List the open findings that a filter takes.

    A recording of which nothing is rendered, or that is shown to nobody, is left out and counted.

    Raises:
        InvalidInput: too many recordings are named.
        NotFound: one that is named is not the tenant's.
    """
    if len(filter.recordings) > MOST_RECORDINGS:
        raise InvalidInput(f"a batch is about at most {MOST_RECORDINGS} recordings")
    with vault.database.transaction(tenant) as tx:
        rendered, skipped = _rendered(tx, filter.recordings)
    found: list[Finding] = []
    for recording in rendered:
        try:
            read = read_findings(vault, tenant, recording, actor=actor)
        except NotPermitted:
            skipped += 1
            continue
        found += [finding for finding in read.findings if filter.takes(finding)]
    return Preview(
        findings=tuple(found),
        by_recording=Counter(finding.place.recording for finding in found),
        high_risk=sum(finding.place.is_high_risk for finding in found),
        skipped=skipped,
    )


def _rendered(tx: Transaction, named: Sequence[RecordingId]) -> tuple[list[RecordingId], int]:
    """List those of which something is rendered, of all open ones where none is named, and count the others."""
    asked = [get_recording(tx, recording).id for recording in named]
    if not named:
        asked = [item.recording for item in list_reviews(tx, state=ReviewState.OPEN.value, limit=MOST_RECORDINGS)]
    rendered = [recording for recording in asked if find_version(tx, recording) is not None]
    return rendered, len(asked) - len(rendered)


def _check(tx: Transaction, recording: RecordingId, artifact: Artifact) -> None:
    check_not_ended(tx, recording, artifact)
    check_for_people(tx, recording, artifact)


def _place(recording: RecordingId, version: int, entry: Entry) -> FindingPlace:
    return FindingPlace(
        recording=recording,
        version=version,
        turn=entry.turn,
        start=entry.span.start,
        end=entry.span.end,
        type=entry.type,
        label=entry.label,
        score=entry.score,
        channel=entry.channel,
        time=hull(entry),
        is_checked=any(evidence.recognizer == _CHECKED for evidence in entry.evidence),
    )


def _last(changes: Sequence[RedactionChange], place: FindingPlace) -> RedactionChange | None:
    of_place = [change for change in changes if change.is_of(place.type, place.channel, place.time)]
    return of_place[-1] if of_place else None
