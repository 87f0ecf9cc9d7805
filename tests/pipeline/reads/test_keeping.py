from __future__ import annotations

from pipeline.decisions.justify import justify
from pipeline.model.artifact import ArtifactKind
from pipeline.reads.keeping import SOON, read_keeping
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts


def test_what_is_due_soon_due_and_overdue_is_told_with_what_was_written_last(line, clock):
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.CALL_METADATA, b"{}")
    decide_artifacts(line.context, line.owner.id, recording.id)
    keys = line.context.vault.keys

    def told():
        with line.tx() as tx:
            found = {one.kind: one for one in read_keeping(tx, keys=keys)}
        assert ArtifactKind.CONSENT_RECEIPT not in found, "the policy gives it an end"
        return found[ArtifactKind.CALL_METADATA]

    seen = []
    for days in (0, 365 - SOON.days, SOON.days, 29, 1):
        clock.move(days=days)
        one = told()
        seen.append((one.due, one.soon, one.overdue, len(one.examples)))
    assert seen == [(0, 0, 0, 0), (0, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0), (1, 0, 1, 1)]
    with line.tx() as tx:
        justify(tx, line.context.vault, kind="call.metadata", reason="invoices are disputed", actor="user:1")
    one = told()
    assert (one.due, one.overdue, one.last.reason) == (0, 0, "invoices are disputed")
