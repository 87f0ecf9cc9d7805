"""Handing a tenant's data to a new controller: never without a notice that was given, and is on file, before.

An export to somebody else, a dataset or a vCon, asks `require_notice` first, before a byte is opened.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.transfer import TransferNotice
from pipeline.ports.keys import Keys
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.transfer_notices import add_transfer_notice, list_transfer_notices

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 200


def record_notice(
    tx: Transaction,
    controller: str,
    *,
    notified_on: date,
    transfer_on: date,
    notice_sha256: str,
    keys: Keys,
    actor: str,
) -> TransferNotice:
    """Put on file that the account holder was told who takes their data over, and when.

    Args:
        tx: the tenant's transaction.
        controller: the new controller's name; kept sealed.
        notified_on: the day the notice was given.
        transfer_on: the day of the transfer, as it was told.
        notice_sha256: digest of the notice.
        keys: the keeper of keys.
        actor: who enters it.

    Raises:
        InvalidInput: no name, no digest, a notice of a day to come, or not before the transfer.
    """
    if not controller.strip() or len(controller) > _LONGEST or not controller.isprintable():
        raise InvalidInput(f"a new controller has a name of at most {_LONGEST} characters")
    if not _SHA256.fullmatch(notice_sha256):
        raise InvalidInput("a notice has its SHA-256")
    if notified_on > tx.now.date() or notified_on >= transfer_on:
        raise InvalidInput("a notice was given today or before, and before the day of the transfer")
    made = add_transfer_notice(
        tx, controller, notified_on=notified_on, transfer_on=transfer_on, notice_sha256=notice_sha256, actor=actor,
        keys=keys,
    )  # fmt: skip
    facts = {
        "controller": made.controller_ref,
        "notified_on": notified_on.isoformat(),
        "transfer_on": transfer_on.isoformat(),
        "notice_sha256": notice_sha256,
    }
    add_event(tx, AuditTag.TRANSFER_NOTED, actor=actor, target=made.id, facts=facts)
    return made


def require_notice(tx: Transaction, controller: str, *, keys: Keys, actor: str) -> TransferNotice:
    """Give the notice by which data may go to a controller today; it is audited that it was relied on.

    Raises:
        NotPermitted: there is none whose day, and whose entry here, lie before today; or the day that was told is to
            come.
    """
    today = tx.now.date()
    given = list_transfer_notices(tx, keys=keys, controller=controller)
    found = next((notice for notice in reversed(given) if notice.allows(today)), None)
    if found is None:
        raise NotPermitted("no notice of this transfer was given and put on file before today: earmark transfer record")
    facts = {"controller": found.controller_ref, "notified_on": found.notified_on.isoformat()}
    add_event(tx, AuditTag.TRANSFER_ALLOWED, actor=actor, target=found.id, facts=facts)
    return found
