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
    scope = training.scope.value if training.scope_id is None else f"{training.scope.value}:{training.scope_id}"
    tags = {
        "tenant": tenant,
        "kind": record.kind.value,
        "policy": f"{record.policy.id}:{record.policy.version}",
        "retain-until": "none" if retention.until is None else retention.until.isoformat(),
        "training-eligible": _flag(training.eligible),
        "training-scope": scope,
        "legal-hold": _flag(retention.disposition is Disposition.HELD),
        "disposition": retention.disposition.value,
        "region": record.region.region,
        "replicate": _flag(record.region.replicate),
    }
    return {name: _ALLOWED.sub("_", value)[:_LONGEST] for name, value in tags.items()}


def _flag(value: bool) -> str:
    return "true" if value else "false"
