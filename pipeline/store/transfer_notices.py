"""Notices of a transfer to a new controller. Rows are only added; the controller's name stands sealed."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select

from pipeline.model.ids import new_id
from pipeline.model.transfer import TransferNotice
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_duties import transfer_notices


def controller_ref(tx: Transaction, controller: str, *, keys: Keys) -> str:
    """Give the keyed digest of a controller's name, however it is spaced or cased."""
    name = " ".join(controller.split()).casefold()
    return hmac.digest(keys.digest_key(tx.tenant), b"controller:" + name.encode(), "sha256").hex()


def add_transfer_notice(
    tx: Transaction,
    controller: str,
    *,
    notified_on: date,
    transfer_on: date,
    notice_sha256: str,
    actor: str,
    keys: Keys,
) -> TransferNotice:
    """Keep a notice as it was given."""
    made = TransferNotice(
        id=new_id("trn"),
        controller_ref=controller_ref(tx, controller, keys=keys),
        controller=controller,
        notified_on=notified_on,
        transfer_on=transfer_on,
        notice_sha256=notice_sha256,
        noted_at=tx.now,
    )
    tx.connection.execute(
        insert(transfer_notices).values(
            id=made.id,
            tenant=tx.tenant,
            controller_ref=made.controller_ref,
            notified_on=notified_on,
            transfer_on=transfer_on,
            notice_sha256=notice_sha256,
            sealed=seal(controller.encode(), keys=keys, tenant=tx.tenant, context=_context(made.id)),
            actor=actor,
            at=tx.now,
        )
    )
    return made


def list_transfer_notices(tx: Transaction, *, keys: Keys, controller: str | None = None) -> tuple[TransferNotice, ...]:
    """List notices, oldest first: all, or those about one controller."""
    query = select(transfer_notices).where(transfer_notices.c.tenant == tx.tenant)
    if controller is not None:
        query = query.where(transfer_notices.c.controller_ref == controller_ref(tx, controller, keys=keys))
    rows = tx.connection.execute(query.order_by(transfer_notices.c.at, transfer_notices.c.id))
    return tuple(_notice(tx, row, keys) for row in rows)


def _notice(tx: Transaction, row: Row[Any], keys: Keys) -> TransferNotice:
    return TransferNotice(
        id=row.id,
        controller_ref=row.controller_ref,
        controller=open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(row.id)).decode(),
        notified_on=row.notified_on,
        transfer_on=row.transfer_on,
        notice_sha256=row.notice_sha256,
        noted_at=row.at,
    )


def _context(notice: str) -> dict[str, str]:
    return {"kind": "transfer.notice", "notice": notice}
