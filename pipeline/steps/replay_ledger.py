"""The ledger against what is here: whatever an older copy of database or objects brought back is purged again.

Three things are looked for, each time a worker starts. A line that this database does not know is newer than the copy
it was brought back from: what it lists is purged again, its ending noted again. An object that lies where a purged one
lay was brought back with the objects. And a line that the database knows and the ledger does not have any more was lost
with the objects: it is written again. A hold that is in force by now wins here as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import batched
from typing import Final

from pipeline.consent import jws
from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.certificate import CLOSED_LINE, LEDGER_TYPE, LedgerLine, line_from_bytes
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import IntegrityError, NotFound
from pipeline.model.ids import ArtifactId, RecordingId, TenantId
from pipeline.model.purge import Ground, Item, ItemKind, Purge, Subject
from pipeline.model.retention import ENDINGS, RetentionBasis
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.destroy import versions_at
from pipeline.steps.ground import ground_of
from pipeline.steps.purge import carry_out
from pipeline.steps.read_certificate import read_certificate
from pipeline.store.artifacts import find_row, list_known_keys, list_purged_at
from pipeline.store.audit import add_event
from pipeline.store.certificates import add_certificate, list_certificates
from pipeline.store.closures import close_again, closed_key, make_successor
from pipeline.store.decisions import find_decision
from pipeline.store.due import subject_of_artifact
from pipeline.store.endings import Ending, add_ending
from pipeline.store.ledger import line_key, list_lines, list_noted, note_line, read_line, write_line
from pipeline.store.purges import add_items, open_purge
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import pinned_keys
from pipeline.store.tenants import reduce_tenant
from pipeline.store.vault_names import tenant_prefix
from pipeline.telemetry import log

_AT_A_TIME: Final = 1000
_COUNTED: Final = ("lines", "purged_again", "waiting", "written_again", "orphans", "doubted")


def replay_ledger(context: StepContext, tenant: TenantId) -> Receipt:
    """Purge again what must be gone, and count.

    Returns:
        How many `lines` this database did not know, recordings and calls `purged_again`, still `waiting`, certificates
        `written_again` to the ledger, `orphans` (objects that no row of the database knows: the database is older than
        they are), and lines `doubted` because no key of the tenant has signed them.

    Raises:
        StoreUnreachable: ledger or objects cannot be asked.
    """
    counts: Counter[str] = Counter()
    there = dict.fromkeys(list_lines(context.vault.objects, tenant))
    with context.vault.database.transaction(tenant) as tx:
        noted = list_noted(tx)
        pinned = pinned_keys(tx)
    # A closed account's line comes first: it names the key that signed what came after it.
    for key in sorted(there, key=lambda name: not name.endswith(f"/{CLOSED_LINE}")):
        if key not in noted:
            counts.update(_take_up(context, tenant, key, pinned))
    counts.update(_sweep(context, tenant))
    there = dict.fromkeys(list_lines(context.vault.objects, tenant))
    counts["written_again"] += _write_again(context, tenant, there)
    found = {name: counts[name] for name in _COUNTED}
    if any(found.values()):
        with context.vault.database.transaction(tenant) as tx:
            add_event(tx, AuditTag.LEDGER_REPLAYED, actor="system", target=tenant, facts=found)
        log().warning("ledger.replayed", tenant=tenant, count=found["purged_again"])
    return found


def _take_up(context: StepContext, tenant: TenantId, key: str, pinned: dict[str, bytes]) -> dict[str, int]:
    """Act on one line that this database does not know; a doubtful one is told, and left for a person."""
    statement = read_line(context.vault.objects, key)
    if statement is None:
        return {}
    try:
        if key.rsplit("/", 1)[1].startswith("certificate-"):
            _keep_certificate(context, tenant, statement, pinned)
            done: dict[str, int] = {}
        else:
            line = line_from_bytes(jws.verify(statement, typ=LEDGER_TYPE, pinned=pinned).payload)
            if line.tenant != tenant:
                raise IntegrityError("a line of another tenant")
            pinned.update(_close_again(context, line))
            done = _purge_again(context, tenant, line)
    except IntegrityError:
        log().error("ledger.doubted", tenant=tenant)
        return {"doubted": 1}
    with context.vault.database.transaction(tenant) as tx:
        note_line(tx, key)
    return {"lines": 1, **done}


def _close_again(context: StepContext, line: LedgerLine) -> dict[str, bytes]:
    """Destroy the key of an account that was closed, which came back with an older copy; give its successor's."""
    if not line.is_key_destroyed or line.successor is None or line.closed_on is None:
        return {}
    tenant, public_key = TenantId(line.tenant), bytes.fromhex(line.successor)
    keys = context.vault.keys
    keys.destroy_tenant_key(tenant)
    keys.create_tenant_key(closed_key(tenant))
    with context.vault.database.transaction(tenant) as tx:
        closed_on = date.fromisoformat(line.closed_on)
        close_again(tx, closure=line.purge, closed_on=closed_on, public_key=public_key)
        make_successor(tx, keys=keys)  # this copy has no private part of the first one's
        reduce_tenant(tx)
    return {jws.thumbprint(public_key): public_key}


def _purge_again(context: StepContext, tenant: TenantId, line: LedgerLine) -> dict[str, int]:
    subject = Subject(kind=line.subject_kind, id=line.subject_id)
    with context.vault.database.transaction(tenant) as tx:
        _end_again(tx, line)
        items = tuple(_brought_back(context, tx, line))
        is_known = _is_known(tx, subject)
        if items and is_known:
            purge = open_purge(tx, subject, ground_of_line(line))
            add_items(tx, purge, items)
    if not items:
        return {}
    return _told(context, tenant, purge) if is_known else _without_rows(context, items)


def _end_again(tx: Transaction, line: LedgerLine) -> None:
    """Note again what ended the recording, call or tenant, so that nothing more is made of it."""
    cause = RetentionBasis(line.cause)
    if cause not in ENDINGS:
        return
    on = date.fromisoformat(line.closed_on) if line.closed_on else tx.now.date()
    kind, subject = ("tenant", line.tenant) if line.closed_on else (line.subject_kind, line.subject_id)
    if kind in ("recording", "call", "tenant"):
        ending = Ending(scope_kind=kind, scope_id=subject, cause=cause, source=f"ledger:{line.purge}", ends_on=on)
        add_ending(tx, ending, actor="system")


def ground_of_line(line: LedgerLine) -> Ground:
    """Give the ground that a line was written with."""
    return Ground(cause=RetentionBasis(line.cause), clause=Clause(**line.clause))


def _brought_back(context: StepContext, tx: Transaction, line: LedgerLine) -> Iterator[Item]:
    """Name what of a line is here again: an object, or a row that takes it for living."""
    for target, key in line.objects:
        row = find_row(tx, ArtifactId(target.partition(":")[0]))
        versions = versions_at(context.vault.objects, key)
        if versions or (row is not None and row[1] is None):
            yield Item(
                kind=ItemKind.OBJECT,
                target=target,
                detail=row[0].kind.value if row else None,
                object_key=key,
                sealed_sha256=row[0].sealed_sha256 if row else None,
                versions=versions,
            )


def _is_known(tx: Transaction, subject: Subject) -> bool:
    """Say whether this database has heard of a recording: one that was brought back may be older than it."""
    try:
        return subject.kind != "recording" or bool(get_recording(tx, RecordingId(subject.id)))
    except NotFound:
        return False


def _told(context: StepContext, tenant: TenantId, purge: Purge) -> dict[str, int]:
    receipt = carry_out(context, tenant, purge, ())
    return {"purged_again": 1} if receipt["is_done"] else {"waiting": 1}


def _without_rows(context: StepContext, items: tuple[Item, ...]) -> dict[str, int]:
    """Destroy objects of a recording that this database never heard of: it is older than the recording."""
    left = [item for item in items if not context.vault.objects.purge(item.object_key or "").is_complete]
    return {"waiting": 1} if left else {"purged_again": 1}


def _sweep(context: StepContext, tenant: TenantId) -> Counter[str]:
    """Look through everything that lies there for what was purged, a thousand keys at a time."""
    counts: Counter[str] = Counter()
    keys = dict.fromkeys(entry.key for entry in context.vault.objects.list_versions(tenant_prefix(tenant)))
    for page in batched(keys, _AT_A_TIME):
        with context.vault.database.transaction(tenant) as tx:
            back = list_purged_at(tx, page)
            counts["orphans"] += len(set(page) - list_known_keys(tx, page))
        found: dict[Subject, list[Artifact]] = {}
        for artifact in back:
            found.setdefault(subject_of_artifact(artifact), []).append(artifact)
        for subject, artifacts in found.items():
            counts.update(_destroy_again(context, tenant, subject, artifacts))
    if counts["orphans"]:
        log().error("ledger.orphans", tenant=tenant, count=counts["orphans"])
    return counts


def _destroy_again(
    context: StepContext, tenant: TenantId, subject: Subject, back: Sequence[Artifact]
) -> dict[str, int]:
    items = [
        Item(
            kind=ItemKind.OBJECT,
            target=artifact.id,
            detail=artifact.kind.value,
            object_key=artifact.object_key,
            sealed_sha256=artifact.sealed_sha256,
            versions=versions_at(context.vault.objects, artifact.object_key),
        )
        for artifact in back
    ]
    with context.vault.database.transaction(tenant) as tx:
        purge = open_purge(tx, subject, _why(tx, back[0].id))
        add_items(tx, purge, items)
    return _told(context, tenant, purge)


def _why(tx: Transaction, artifact: ArtifactId) -> Ground:
    """Say by what it had ended; of what was never judged only that it was purged."""
    row = find_row(tx, artifact)
    if row is not None and find_decision(tx, artifact) is not None:
        return ground_of(tx, row[0])
    return Ground(
        cause=RetentionBasis.NOT_PERMITTED, clause=Clause(document="artifact", section=artifact, key="was purged")
    )


def _keep_certificate(context: StepContext, tenant: TenantId, statement: str, pinned: Mapping[str, bytes]) -> None:
    """Take a certificate of the ledger back into the database that lost it."""
    certificate = read_certificate(statement, pinned=pinned)
    with context.vault.database.transaction(tenant) as tx:
        add_certificate(tx, certificate)


def _write_again(context: StepContext, tenant: TenantId, there: Mapping[str, None]) -> int:
    """Write again the certificates that the ledger has lost; the objects they list were swept for already."""
    with context.vault.database.transaction(tenant) as tx:
        kept = list_certificates(tx)
    written = 0
    for one in kept:
        key = line_key(tenant, one.purge, f"certificate-{one.edition}-{one.part}", on=one.signed_at.date())
        if key not in there:
            write_line(context.vault.objects, key, one.statement)
            written += 1
    return written
