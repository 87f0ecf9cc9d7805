from __future__ import annotations

from datetime import date

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.steps.decide_export import decide_export
from pipeline.store.vault import Shelf
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
