"""The ten tags that an object carries in its store, made from its decision.

They repeat what the record says, so that a lock, a policy of the store and a person looking at it see the same.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.decision import DecisionRecord
from pipeline.model.ids import TenantId
from pipeline.model.retention import Disposition

_ALLOWED: Final = re.compile(r"[^A-Za-z0-9 +=._:/@-]")
_LONGEST: Final = 256


def object_tags(record: DecisionRecord, tenant: TenantId) -> dict[str, str]:
    """Write a decision as tags: `true` and `false`, dates as ISO days, `none` where no day is set."""
    retention, training = record.retention, record.training
    tags = {
        "tenant": tenant,
        "kind": record.kind.value,
        "policy": f"{record.policy.id}:{record.policy.version}",
        "retain-until": "none" if retention.until is None else retention.until.isoformat(),
        **training_tags(eligible=training.eligible, scope=training.scope, scope_id=training.scope_id),
        "legal-hold": _flag(retention.disposition is Disposition.HELD),
        "disposition": retention.disposition.value,
        "region": record.region.region,
        "replicate": _flag(record.region.replicate),
    }
    return {name: _writable(value) for name, value in tags.items()}


def training_tags(*, eligible: bool, scope: str, scope_id: str | None) -> dict[str, str]:
    """Write what a decision says of training, as the tags that a training role is let in by."""
    named = scope if scope_id is None else f"{scope}:{scope_id}"
    return {"training-eligible": _flag(eligible), "training-scope": _writable(named)}


def _writable(value: str) -> str:
    return _ALLOWED.sub("_", value)[:_LONGEST]


def _flag(value: bool) -> str:
    return "true" if value else "false"
