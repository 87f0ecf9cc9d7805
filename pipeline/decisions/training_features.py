"""Switching on the one feature whose operation may learn from a tenant's own calls, and off again.

Nejix §2: data may serve "operating the features you have enabled". The record names feature, person and moment; without
one that is in force nothing is eligible for it, whatever the callers said.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.store.audit import add_event, lock_log
from pipeline.store.session import Transaction
from pipeline.store.training_features import DISABLED, ENABLED, add_feature_record, find_feature

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def enable(tx: Transaction, feature: str, *, actor: str, reason: str) -> None:
    """Switch a feature on; there is one at a time, so that no dataset serves two.

    Raises:
        InvalidInput: not a feature's name, or no reason.
        Conflict: one is switched on already.
    """
    _check(feature, reason)
    lock_log(tx)
    if find_feature(tx) is not None:
        raise Conflict("a feature is switched on already: disable it first")
    add_feature_record(tx, feature, ENABLED, actor=actor)
    add_event(tx, AuditTag.FEATURE_ENABLED, actor=actor, target=feature, facts={"why": reason})


def disable(tx: Transaction, feature: str, *, actor: str, reason: str) -> None:
    """Switch a feature off: from the next decision on nothing is eligible for it.

    Raises:
        InvalidInput: not a feature's name, or no reason.
        Conflict: it is not switched on.
    """
    _check(feature, reason)
    lock_log(tx)
    if find_feature(tx) != feature:
        raise Conflict("this feature is not switched on")
    add_feature_record(tx, feature, DISABLED, actor=actor)
    add_event(tx, AuditTag.FEATURE_DISABLED, actor=actor, target=feature, facts={"why": reason})


def _check(feature: str, reason: str) -> None:
    if not _NAME.fullmatch(feature):
        raise InvalidInput("a feature is 1 to 63 characters of a-z, 0-9 and hyphen")
    if not reason.strip():
        raise InvalidInput("switching a feature on or off needs a reason")
