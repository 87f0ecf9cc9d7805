"""The one feature of a tenant whose operation alone needs training, switched on and off by record. Only added to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert, select

from pipeline.store.session import Transaction
from pipeline.store.tables_training import training_features

ENABLED: Final = "enabled"
DISABLED: Final = "disabled"


def add_feature_record(tx: Transaction, feature: str, act: str, *, actor: str) -> None:
    """Note that a feature was switched on or off; whoever calls has checked that the act follows the last one."""
    tx.connection.execute(
        insert(training_features).values(tenant=tx.tenant, feature=feature, act=act, actor=actor, at=tx.now)
    )


def find_feature(tx: Transaction) -> str | None:
    """Find the feature that is switched on; None where none is. There is never more than one."""
    row = tx.connection.execute(
        select(training_features.c.feature, training_features.c.act)
        .where(training_features.c.tenant == tx.tenant)
        .order_by(training_features.c.id.desc())
        .limit(1)
    ).first()
    return row.feature if row is not None and row.act == ENABLED else None
