from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts


def test_what_is_due_is_listed_and_justified(house, clock):
    line = house.line
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.CALL_METADATA, b"{}")
    decide_artifacts(line.context, line.owner.id, recording.id)
    clock.move(days=366)
    late = house.with_key()
    due = {one["kind"]: one["due"] for one in late.get("keeping")["items"]}
    assert due["call.metadata"] == 1
    assert late.refused("keeping/justifications", {"kind": "call.metadata", "reason": "short"}) == 422
    given = {"kind": "call.metadata", "reason": "invoices are disputed for six years"}
    made = late.do("keeping/justifications", given)
    assert (made["moved"], made["actor"]) == (1, f"key:{late.name}")
    assert late.refused("keeping/justifications", given) == 422
    assert [one["id"] for one in late.get("keeping/justifications")["items"]] == [made["id"]]
