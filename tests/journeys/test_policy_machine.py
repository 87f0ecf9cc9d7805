"""Every promise about a copy's life, whatever happens to it and in whatever order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.ports.transcriber import AuditMeta
from pipeline.steps.redecide import redecide
from pipeline.store.tenants import change_tenant
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from tests.copies import Copies
from tests.disposal import living
from tests.policy_machine import PolicyMachine, capture
from tests.policy_truth import KEPT_DAYS, Truth
from tests.policy_watch import BEGUN
from tests.training import COOL_OFF, a_line

KEPT = (
    "recording.original", "recording.redacted", "transcript.original", "transcript.redacted", "redaction.manifest",
    "call.metadata",
)  # fmt: skip

MUST_HAPPEN = {
    "captured", "held", "released", "withdrawn", "asked to be deleted", "a child's", "cleared", "judged", "tightened",
    "nights", "purged", "copied", "brought back", "closed", "eligible",
}  # fmt: skip
"""Without these the promises would be kept by nothing having happened."""


class Told:
    """A channel that reaches whoever it is to reach."""

    audit = AuditMeta(processor=None, data_kind="notice", purpose="notice", region="local", policy_url=None)

    def deliver(self, notice, address) -> int:
        return 250


@pytest.fixture
def line(database, tmp_path, clock):
    """A tenant that trains on what its callers agree to, keeps everything for a time, and can be told of changes."""
    folder = tmp_path / "base"
    folder.mkdir()
    made = a_line(database, FileKeys(folder / "keys"), folder, retention_days=dict.fromkeys(KEPT, KEPT_DAYS))
    objects = FileArtifacts(folder / "objects", now=clock.now)
    with made.tx() as tx:
        secrets = replace(made.owner.secrets, contact_email="legal@acme.example")
        change_tenant(tx, replace(made.owner, secrets=secrets), keys=made.context.vault.keys, actor="test", changed=[])
    return made.with_parts(vault=replace(made.context.vault, objects=objects), clock=clock, channels={"email": Told()})


@pytest.mark.timeout(900)
def test_no_order_of_events_breaks_a_promise(line, postgres, tmp_path, clock):
    """Issue: nothing under hold is purged, nothing due and free survives, nothing purged returns, all is explained."""
    truth, happened = Truth(), Counter()
    clock.at = BEGUN.replace(year=2027, month=1, day=20)
    truth.known = [capture(line, number) for number in (0, 1)]
    assert (BEGUN - clock.at).days > COOL_OFF
    clock.at = BEGUN
    redecide(line.context, line.owner.id, [a.id for known in truth.known for a in living(line, known)])
    copies = Copies(postgres, tmp_path, clock)
    base = copies.take(line)

    def machine() -> PolicyMachine:
        return PolicyMachine(base=base, line=line, truth=truth, copies=copies, clock=clock, happened=happened)

    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=10,
                stateful_step_count=12,
                deadline=None,
                phases=(Phase.generate,),
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        copies.throw_away()
    assert {name for name, count in happened.items() if count} >= MUST_HAPPEN
