"""Take in one recording that was made before: note it with its evidence, or say why it is left where it is.

Nothing of it is fetched or kept before its evidence permits it; a file must be read to know which one it is, and is
forgotten again. What Earmark knows, refused or purged does not come again, under whatever name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.consent.attested import Made, made_of_file, recording_of
from pipeline.model.artifact import ArtifactKind
from pipeline.model.bulk import BulkOutcome
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.model.recording import Recording, uploaded_sid
from pipeline.model.tenant import Tenant
from pipeline.redaction.audio import AudioFacts, describe
from pipeline.steps.capture import check_hosts
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.store.bulk_evidence import Evidence, find_evidence
from pipeline.store.bulk_sources import open_item, open_place, read_made
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.taking import Candidate, why_not_taken
from pipeline.store.tenants import get_tenant
from pipeline.store.vault_names import artifact_name

MOST_BYTES: Final = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A recording that is to be noted in this transaction, by what is attested of it."""

    job: str
    owner: Tenant
    made: Made
    evidence: Evidence


type Note = Callable[[Transaction, Taking], Recording]
"""Notes a recording with its evidence, as intake does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    body: bytes = field(repr=False)
    sha256: str
    facts: AudioFacts


def take_in(context: StepContext, tenant: TenantId, job: str, ordinal: int, *, note: Note) -> Receipt:
    """Look at one item of a job. Repeating it goes on with the recording that it had noted.

    Returns:
        The `recording` that is to go through the line; or the `outcome`, where none is.

    Raises:
        StoreUnreachable, StoreDenied: the place of the files cannot be read.
        NotPermitted: the company on whose computers it would lie is not listed, not proved, or in another region.
    """
    keys = context.vault.keys
    with context.vault.database.transaction(tenant) as tx:
        source, place = open_item(tx, job, ordinal, keys=keys), open_place(tx, job, keys=keys)
    try:
        file = _read(context, place, source["name"]) if place else None
    except (InvalidInput, NotFound):
        return {"outcome": BulkOutcome.UNUSABLE.value}
    with context.vault.database.transaction(tenant) as tx:
        taking, outcome = _look(context, tx, job, file, source)
    if taking is None:
        return {"outcome": outcome}
    is_kept = file is not None and outcome is None
    if is_kept:  # where it may not lie, it is not noted either
        with context.vault.database.transaction(tenant) as tx:
            would_be = recording_of(taking.made, taking.owner, call=None, now=tx.now)
        check_hosts(context, would_be, taking.owner)
    with context.vault.database.transaction(tenant) as tx:
        noted_as = taking.evidence.recording
        recording = get_recording(tx, noted_as) if noted_as else note(tx, taking)
    if file is not None and is_kept:
        context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, file.body)
    return {"recording": recording.id}


def _look(
    context: StepContext, tx: Transaction, job: str, file: _File | None, source: Mapping[str, Any]
) -> tuple[Taking | None, str | None]:
    """Say what is to be noted, or why nothing is; and `refused` where it is noted to be refused."""
    keys = context.vault.keys
    owner = get_tenant(tx, keys=keys)
    evidence = find_evidence(tx, job, file.sha256 if file else str(source["sid"]), keys=keys)
    one = _candidate(file, source, evidence, digest_key=keys.digest_key(owner.id))
    left = why_not_taken(tx, one, owner, noted_as=evidence.recording if evidence else None)
    if left not in (None, BulkOutcome.REFUSED) or one.made is None or evidence is None:
        return None, (left or BulkOutcome.UNUSABLE).value
    return Taking(job=job, owner=owner, made=one.made, evidence=evidence), left.value if left else None


def _read(context: StepContext, place: str, name: str) -> _File:
    """Read a file.

    Raises:
        NotFound: it is not there any more.
        InvalidInput: it cannot be decoded, or is too large.
    """
    if context.deposits is None:
        raise InvalidInput("no place of files can be opened here")
    body = context.deposits(place).read(name, most_bytes=MOST_BYTES)
    return _File(body=body, sha256=hashlib.sha256(body).hexdigest(), facts=describe(body))


def _candidate(
    file: _File | None, source: Mapping[str, Any], evidence: Evidence | None, *, digest_key: bytes
) -> Candidate:
    attested = evidence.attested if evidence else ()
    if file is None:
        made = read_made(source["made"]) if source["made"] else None
        return Candidate(recording_sid=source["sid"], made=made, attested=attested)
    return Candidate(
        recording_sid=uploaded_sid(file.sha256),
        made=made_of_file(
            file.sha256, channels=file.facts.channels, duration_ms=file.facts.duration_ms, attested=attested
        ),
        attested=attested,
        named=artifact_name(file.body, digest_key),
    )
