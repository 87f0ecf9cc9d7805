from __future__ import annotations

from dataclasses import fields, is_dataclass

from pipeline.model.artifact import ArtifactKind
from pipeline.policies import facts as module
from pipeline.policies.facts import ArtifactFacts, EventFacts, Facts, LegFacts, RedactionStatus, TenantFacts
from tests.pipeline.policies.cases import CAPTURED, LONG_AFTER, codes, judge, refusals

SHAPES = [
    v for v in vars(module).values() if isinstance(v, type) and is_dataclass(v) and v.__module__ == module.__name__
]


def test_what_is_not_said_counts_as_the_worst_it_could_be() -> None:
    artifact = ArtifactFacts(id="a", kind=ArtifactKind.TRANSCRIPT_REDACTED, captured_at=CAPTURED)
    record = judge(Facts(as_of=LONG_AFTER, artifact=artifact, tenant=TenantFacts(id="t")))

    assert (artifact.redaction, LegFacts(label="caller").is_satisfied) == (RedactionStatus.NOT_RUN, False)
    assert not any(p.allowed for p in record.permissions)
    assert {"REDACTION", "SPEAKERS", "NO_LINEAGE", "NO_LEG", "TENANT_OFF"} <= codes(record)
    assert all(refusals(record, p.purpose) for p in record.permissions)


def test_events_that_are_not_listed_have_not_happened() -> None:
    assert EventFacts() == EventFacts(holds=(), child_signals=(), deletion_requested_on=None, closed_on=None)


def test_facts_are_frozen_and_hold_tuples_so_that_they_can_be_digested() -> None:
    assert len(SHAPES) == 13
    for shape in SHAPES:
        assert not [f.name for f in fields(shape) if str(f.type).startswith(("list", "dict", "set"))]
