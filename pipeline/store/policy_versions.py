"""A tenant's policy versions and the law that judged, as documents. Rows are only added, and never changed.

The first version of a policy is the packaged one, kept when it is first used. Every other is published, and comes into
force by a notice that was delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import IntegrityError
from pipeline.policies.bundle import Bundle
from pipeline.policies.documents import law_document, policy_document, read_law, read_policy, text_sha256
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.loader import load_bundle
from pipeline.policies.versions import PolicyShelf, PolicyVersion
from pipeline.store.audit import Facts, add_event
from pipeline.store.numbers import bump_version
from pipeline.store.session import Transaction
from pipeline.store.tables_versions import law_versions, policy_notices, policy_versions

_SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDelivery:
    """That one channel delivered the notice of a version: with what status, when, and from when it is in force.

    `recipient_ref` is a keyed digest of the address, so that it can be told later who was reached.
    """

    policy_id: str
    version: str
    channel: str
    recipient_ref: str
    status: int
    delivered_at: datetime
    in_force_from: date


def find_policies(tx: Transaction, policy_id: str) -> PolicyShelf | None:
    """Read every version of a policy that the tenant has; None where nothing was kept yet.

    Raises:
        IntegrityError: a stored version is not the one its digest names.
    """
    rows = tx.connection.execute(
        select(policy_versions)
        .where(policy_versions.c.tenant == tx.tenant, policy_versions.c.policy_id == policy_id)
        .order_by(policy_versions.c.id)
    ).all()
    heard = _in_force_from(tx, policy_id) if len(rows) > 1 else {}
    versions = [_version(row, row.effective_on if not at else heard.get(row.version)) for at, row in enumerate(rows)]
    return PolicyShelf(versions=tuple(versions)) if versions else None


def policies_of(tx: Transaction, policy_id: str, *, packaged: Callable[[str], Bundle] = load_bundle) -> PolicyShelf:
    """Give every version of a policy that the tenant has; nothing kept yet is the packaged one alone.

    Raises:
        NotFound: nothing is kept, and no policy of that name comes with Earmark.
        IntegrityError: a stored version is not the one its digest names.
    """
    return find_policies(tx, policy_id) or begun_with(packaged(policy_id))


def bundle_in_force(
    tx: Transaction, policy_id: str, *, on: date | None = None, packaged: Callable[[str], Bundle] = load_bundle
) -> Bundle:
    """Give the version of a policy that is in force for the tenant on a day, today where none is named.

    Raises:
        NotFound, IntegrityError: as `policies_of`.
    """
    return policies_of(tx, policy_id, packaged=packaged).in_force_on(on or tx.now.date()).bundle


def begun_with(first: Bundle) -> PolicyShelf:
    """Give the versions of a tenant that has only the packaged one: in force from its own first day."""
    day = first.effective.day
    return PolicyShelf(
        versions=(PolicyVersion(bundle=first, digest=first.digest, announced_on=day, in_force_from=day),)
    )


def keep_first(tx: Transaction, bundle: Bundle) -> bool:
    """Keep a packaged policy as the tenant's first version, unless it has one; False where it had."""
    has_one = select(policy_versions.c.id).where(
        policy_versions.c.tenant == tx.tenant, policy_versions.c.policy_id == bundle.id
    )
    if tx.connection.execute(has_one.limit(1)).first() is not None:
        return False
    return _add(tx, bundle, notice_days=0, actor=_SYSTEM)


def add_version(tx: Transaction, bundle: Bundle, *, notice_days: int, actor: str) -> bool:
    """Keep a version that was published; False where there is one of that name already."""
    is_new = _add(tx, bundle, notice_days=notice_days, actor=actor)
    if is_new:
        facts: Facts = {
            "policy": bundle.id,
            "version": bundle.version,
            "digest": bundle.digest,
            "effective_on": bundle.effective.day.isoformat(),
            "notice_days": notice_days,
        }
        add_event(tx, AuditTag.POLICY_PUBLISHED, actor=actor, target=tx.tenant, facts=facts)
        bump_version(tx)
    return is_new


def _add(tx: Transaction, bundle: Bundle, *, notice_days: int, actor: str) -> bool:
    added = tx.connection.execute(
        insert(policy_versions)
        .values(
            tenant=tx.tenant,
            policy_id=bundle.id,
            version=bundle.version,
            digest=bundle.digest,
            document=policy_document(bundle),
            published_on=bundle.published.day,
            notified_on=bundle.notified.day,
            effective_on=bundle.effective.day,
            notice_days=notice_days,
            registered_at=tx.now,
            registered_by=actor,
        )
        .on_conflict_do_nothing()
        .returning(policy_versions.c.id)
    )
    return added.first() is not None


def add_notice(tx: Transaction, delivery: NoticeDelivery) -> bool:
    """Note that a notice was delivered, once for each channel; False where it was noted."""
    added = tx.connection.execute(
        insert(policy_notices)
        .values(
            tenant=tx.tenant,
            policy_id=delivery.policy_id,
            version=delivery.version,
            channel=delivery.channel,
            recipient_ref=delivery.recipient_ref,
            status=delivery.status,
            delivered_at=delivery.delivered_at,
            in_force_from=delivery.in_force_from,
        )
        .on_conflict_do_nothing()
        .returning(policy_notices.c.id)
    )
    is_new = added.first() is not None
    if is_new:
        facts: Facts = {
            "policy": delivery.policy_id,
            "version": delivery.version,
            "channel": delivery.channel,
            "recipient_ref": delivery.recipient_ref,
            "status": delivery.status,
            "in_force_from": delivery.in_force_from.isoformat(),
        }
        add_event(tx, AuditTag.POLICY_NOTICE_DELIVERED, actor=_SYSTEM, target=tx.tenant, facts=facts)
        bump_version(tx)
    return is_new


def list_notices(tx: Transaction, policy_id: str) -> tuple[NoticeDelivery, ...]:
    """List the notices of a policy's versions that were delivered, oldest first."""
    rows = tx.connection.execute(
        select(policy_notices)
        .where(policy_notices.c.tenant == tx.tenant, policy_notices.c.policy_id == policy_id)
        .order_by(policy_notices.c.id)
    )
    return tuple(
        NoticeDelivery(
            policy_id=row.policy_id,
            version=row.version,
            channel=row.channel,
            recipient_ref=row.recipient_ref,
            status=row.status,
            delivered_at=row.delivered_at,
            in_force_from=row.in_force_from,
        )
        for row in rows
    )


def name_versions(tx: Transaction) -> Mapping[str, str]:
    """Name every version that the tenant has or had, the newest first, by its digest."""
    query = select(policy_versions.c.digest, policy_versions.c.policy_id, policy_versions.c.version)
    mine = query.where(policy_versions.c.tenant == tx.tenant).order_by(policy_versions.c.id.desc())
    rows = tx.connection.execute(mine)
    return {row.digest: f"{row.policy_id} {row.version}" for row in rows}


def find_version(tx: Transaction, digest: str) -> PolicyVersion | None:
    """Find a version by its digest, whichever policy it is of; None where the tenant never had it.

    Raises:
        IntegrityError: the stored version is not the one its digest names.
    """
    row = tx.connection.execute(
        select(policy_versions)
        .where(policy_versions.c.tenant == tx.tenant, policy_versions.c.digest == digest)
        .order_by(policy_versions.c.id)
        .limit(1)
    ).first()
    return None if row is None else _version(row, None)


def get_notice_days(tx: Transaction, policy_id: str, version: str) -> int:
    """Give how long before its first day the notice of a version had to arrive when it was published."""
    return int(
        tx.connection.execute(
            select(policy_versions.c.notice_days).where(
                policy_versions.c.tenant == tx.tenant,
                policy_versions.c.policy_id == policy_id,
                policy_versions.c.version == version,
            )
        ).scalar_one()
    )


def keep_law(tx: Transaction, matrix: JurisdictionMatrix) -> bool:
    """Keep the rows of law unless they are there; False where they were."""
    document = law_document(matrix)
    added = tx.connection.execute(
        insert(law_versions)
        .values(
            tenant=tx.tenant,
            digest=matrix.digest,
            document=document,
            document_sha256=text_sha256(document),
            registered_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(law_versions.c.id)
    )
    return added.first() is not None


def find_law(tx: Transaction, digest: str) -> JurisdictionMatrix | None:
    """Find rows of law by their digest.

    Raises:
        IntegrityError: what is stored is not what was kept.
    """
    row = tx.connection.execute(
        select(law_versions).where(law_versions.c.tenant == tx.tenant, law_versions.c.digest == digest)
    ).first()
    if row is None:
        return None
    matrix = read_law(row.document, row.document_sha256)
    if matrix.digest != digest:
        raise IntegrityError(f"the stored law is not the one that its digest {digest[:12]} names")
    return matrix


def _in_force_from(tx: Transaction, policy_id: str) -> dict[str, date]:
    """Give from when each version is in force; the first delivery of its notice counts."""
    rows = tx.connection.execute(
        select(policy_notices.c.version, func.min(policy_notices.c.in_force_from))
        .where(policy_notices.c.tenant == tx.tenant, policy_notices.c.policy_id == policy_id)
        .group_by(policy_notices.c.version)
    )
    return {version: day for version, day in rows.all()}


def _version(row: Row[Any], in_force_from: date | None) -> PolicyVersion:
    bundle = read_policy(row.document, row.digest)
    if (bundle.id, bundle.version) != (row.policy_id, row.version):
        raise IntegrityError(f"the stored policy is not the version that its row {row.digest[:12]} names")
    return PolicyVersion(
        bundle=bundle,
        digest=row.digest,
        announced_on=row.registered_at.date(),
        in_force_from=in_force_from,
    )
