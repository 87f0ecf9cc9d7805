from __future__ import annotations

from datetime import date

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.decide_export import decide_export
from pipeline.store.vault import Shelf
from tests.pipeline.decisions.test_holds import hold, release
from tests.pipeline.steps.asking import WHOLE


def kept(line, body=b"zip", parents=()):
    shelf = Shelf(tenant=line.owner.id, recording=None, call=None, on=date(2026, 11, 21), request="dsr_1")
    return line.context.vault.keep(shelf, ArtifactKind.EXPORT, body, parents=parents)


def test_an_export_lives_as_long_as_the_policy_keeps_exports_and_trains_nothing(line):
    export = kept(line)
    record = decide_export(line.context, line.owner, export, place="US-NY")
    assert (record.retention.until - export.created_at.date()).days == 30
    assert record.retention.clause.section == "7"
    assert record.training.eligible is False
    assert line.events("artifact:artifact:stored")[-1]["request"] == "dsr_1"


def test_a_hold_on_what_it_was_made_from_holds_the_export(line):
    recording = line.through(line.record(), *WHOLE[:-2])
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    with line.tx() as tx:
        place(tx, line.context.vault, matter="2026-17", scope=("recording", recording.id), actor="cli", reason="letter")
    line.through(recording, "decide")
    record = decide_export(line.context, line.owner, kept(line, parents=(original.id,)), place=None)
    assert (record.retention.disposition, record.retention.matters) == ("held", ("2026-17",))


def test_an_export_is_held_by_the_holds_in_force_also_where_its_parents_were_not_judged_since(line):
    """Holds are settled in the order of random ids: an export may come before what it was made from."""
    recording = line.record()
    parent = line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    line.run(decide_artifacts, recording)
    export = kept(line, parents=(parent.id,))

    def matters():
        return decide_export(line.context, line.owner, export, place=None).retention.matters

    assert matters() == ()
    placed = hold(line, "recording", recording.id, "2026-17")
    assert matters() == ("2026-17",)
    line.run(decide_artifacts, recording)
    release(line, placed)
    assert matters() == ()
    hold(line, "query", '{"kind": "export"}', "2026-18")
    assert matters() == ("2026-18",)
