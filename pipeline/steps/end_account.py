"""The end of a closed account: what must be kept is sealed anew, the key is destroyed, and that is certified."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.certificate import (
    CERTIFICATE_TYPE,
    CLOSED_LINE,
    CLOSURE_FORMAT,
    LEDGER_TYPE,
    LedgerLine,
    line_to_plain,
    to_bytes,
)
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.model.purge import Ground, PurgeState, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.steps.context import StepContext
from pipeline.steps.keep_beyond import keep_beyond
from pipeline.steps.purge import carry_out
from pipeline.steps.read_certificate import read_certificate
from pipeline.store.artifacts import find_row
from pipeline.store.audit import Facts, add_event
from pipeline.store.certificates import add_certificate, list_certificates
from pipeline.store.closures import (
    Closure,
    closed_key,
    list_at_vendor,
    list_kept,
    make_successor,
    mark_closure,
    sign_disposal,
)
from pipeline.store.due import list_outliving, subject_of_artifact
from pipeline.store.holds import list_holds_on
from pipeline.store.ledger import line_key, note_line, write_line
from pipeline.store.purges import list_purges, open_purge
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import pinned_keys, sign
from pipeline.store.tenants import reduce_tenant

_ACTOR: Final = "system"


def end_account(context: StepContext, tenant: TenantId, closure: Closure, bundle: Bundle) -> None:
    """Seal anew what must be kept, tell the ledger, destroy the key. Each act is repeated without harm after a death.

    Raises:
        IntegrityError: a copy does not open to the same bytes; the key stays.
        StoreUnreachable, StoreDenied, VendorUnavailable: it is gone on with the next night.
    """
    keys = context.vault.keys
    keys.create_tenant_key(closed_key(tenant))
    with context.vault.database.transaction(tenant) as tx:
        successor = make_successor(tx, keys=keys)
        outliving = list_outliving(tx)
        if not list_purges(tx, state=PurgeState.OPEN):
            mark_closure(tx, "purged_at")
    for artifact in outliving:
        keep_beyond(context, tenant, artifact)
    _enter_closed(context, closure, _line(tenant, closure, bundle.cite(bundle.closure), successor))
    keys.destroy_tenant_key(tenant)
    note_key_gone(context, tenant, closure)


def note_key_gone(context: StepContext, tenant: TenantId, closure: Closure) -> bool:
    """Ask the keeper whether the key is gone, and note it: also where a worker died between the two."""
    try:
        context.vault.keys.digest_key(tenant)
    except NotFound:
        with context.vault.database.transaction(tenant) as tx:
            reduce_tenant(tx)
            if mark_closure(tx, "key_destroyed_at"):
                facts: Facts = {"closure": closure.id, "closed_on": closure.closed_on.isoformat()}
                add_event(tx, AuditTag.TENANT_KEY_DESTROYED, actor=_ACTOR, target=tenant, facts=facts)
        return True
    return False


def prove(context: StepContext, tenant: TenantId, closure: Closure) -> None:
    """Sign that the account is gone: its moments, the digest of its certificates, and each exception by its order."""
    with context.vault.database.transaction(tenant) as tx:
        body = _body(tx, closure)
        statement, _ = sign_disposal(tx, to_bytes(body), typ=CERTIFICATE_TYPE, keys=context.vault.keys)
        key = line_key(tenant, closure.id, "certificate-1-1", on=tx.now.date())
    statement = write_line(context.vault.objects, key, statement)
    with context.vault.database.transaction(tenant) as tx:
        certificate = read_certificate(statement, pinned=pinned_keys(tx))
        add_certificate(tx, certificate)
        note_line(tx, key)
        mark_closure(tx, "proved_at")


def purge_ended(context: StepContext, tenant: TenantId) -> None:
    """Purge what was kept once its order ends: its day has come, or no hold is on it any more."""
    clause = Clause(document="closure", section="exceptions", key="what kept it has ended")
    ground = Ground(cause=RetentionBasis.CLOSURE, clause=clause)
    ended: dict[Subject, list[Artifact]] = {}
    with context.vault.database.transaction(tenant) as tx:
        for kept in list_kept(tx):
            row = find_row(tx, kept.artifact)
            is_day_to_come = kept.expires_on is not None and kept.expires_on > tx.now.date()
            if row is None or row[1] is not None or is_day_to_come:
                continue
            if not list_holds_on(tx, artifact=row[0]):
                ended.setdefault(subject_of_artifact(row[0]), []).append(row[0])
        waiting = {purge.subject: purge for purge in list_purges(tx, state=PurgeState.OPEN)}
        for subject in ended.keys() - waiting.keys():
            waiting[subject] = open_purge(tx, subject, ground)
    for subject, purge in waiting.items():
        carry_out(context, tenant, purge, ended.get(subject, ()))


def _enter_closed(context: StepContext, closure: Closure, line: LedgerLine) -> None:
    """Tell the ledger with the tenant's own key, which is known wherever an older copy is; it names its successor."""
    tenant = TenantId(line.tenant)
    with context.vault.database.transaction(tenant) as tx:
        statement, _ = sign(tx, to_bytes(line_to_plain(line)), typ=LEDGER_TYPE, keys=context.vault.keys)
        key = line_key(tenant, closure.id, CLOSED_LINE, on=tx.now.date())
        note_line(tx, key)
    write_line(context.vault.objects, key, statement)


def _line(tenant: TenantId, closure: Closure, clause: Clause, successor: str) -> LedgerLine:
    return LedgerLine(
        tenant=tenant,
        purge=closure.id,
        subject_kind="tenant",
        subject_id=tenant,
        cause=RetentionBasis.CLOSURE.value,
        clause=asdict(clause),
        objects=(),
        closed_on=closure.closed_on.isoformat(),
        is_key_destroyed=True,
        successor=successor,
    )


def _body(tx: Transaction, closure: Closure) -> Mapping[str, Any]:
    digests = sorted(one.sha256 for one in list_certificates(tx) if one.purge != closure.id)
    waiting = [
        {"kind": p.subject.kind, "name": p.subject.id, "why": p.reason} for p in list_purges(tx, state=PurgeState.OPEN)
    ]
    there = [{"kind": "vendor", "name": r.recording_sid, "why": "not_deleted"} for r in list_at_vendor(tx)]
    moments = ("vendor_gone_at", "purged_at", "key_destroyed_at")
    passed = {name: getattr(closure, name) for name in moments}
    return {
        "format": CLOSURE_FORMAT,
        "version": 1,
        "tenant": tx.tenant,
        "purge": closure.id,
        "edition": 1,
        "part": 1,
        "parts": 1,
        "cause": RetentionBasis.CLOSURE.value,
        "closed_on": closure.closed_on.isoformat(),
        "signed_at": tx.now.isoformat(),
        **{name: moment.isoformat() if moment else None for name, moment in passed.items()},
        "certificates": {"count": len(digests), "sha256": hashlib.sha256("\n".join(digests).encode()).hexdigest()},
        "exceptions": [
            {
                "artifact": kept.artifact,
                "why": kept.why,
                "statute": kept.statute,
                "owner": kept.owner,
                "expires_on": kept.expires_on.isoformat() if kept.expires_on else None,
                "fields": kept.fields,
                "sealed_sha256": kept.sealed_sha256,
            }
            for kept in list_kept(tx)
        ],
        "remains": [*waiting, *there],
    }
