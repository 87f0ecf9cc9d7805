from __future__ import annotations

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.hold import query_of
from pipeline.reads import hold_preview
from pipeline.reads.hold_preview import preview_hold
from pipeline.steps.context import shelf_of
from pipeline.store.holds import iter_covered


def test_a_preview_counts_what_the_hold_then_covers_and_writes_nothing(line, monkeypatch):
    vault, made = line.context.vault, []
    for recording in (line.record(), line.record()):
        made.append(vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words"))
        vault.keep(shelf_of(recording), ArtifactKind.RECORDING_REDACTED, b"sound")
    export = vault.keep(shelf_of(line.record()), ArtifactKind.EXPORT, b"all", parents=tuple(one.id for one in made))
    query = query_of({"kind": "summary"})
    with line.tx() as tx:
        seen = preview_hold(tx, query)
        scope = ("query", query.canonical())
        hold = place(tx, vault, matter="m-1", scope=scope, actor="user:ann", reason="x")
        covered = {artifact.id for artifact in iter_covered(tx, hold)}
    assert covered == {*(one.id for one in made), export.id}
    assert (seen.artifacts, seen.recordings, seen.is_whole) == (len(covered), 3, True)
    assert seen.by_kind == {ArtifactKind.SUMMARY: 2, ArtifactKind.EXPORT: 1}
    monkeypatch.setattr(hold_preview, "MOST_COUNTED", 2)
    with line.tx() as tx:
        assert (preview_hold(tx, query).artifacts, preview_hold(tx, query).is_whole) == (2, False)
