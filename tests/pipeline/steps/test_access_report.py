from __future__ import annotations

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import CallId
from pipeline.model.subject import IdentifierKind, PersonMatch, RequestKind, Strength, Whose
from pipeline.steps.access_report import to_json, write_html, write_report
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.own_calls import OwnCall
from pipeline.store.calls import get_call
from tests.pipeline.steps.asking import asked


def test_of_other_peoples_calls_their_number_is_told_and_nothing_else(line):
    request = asked(line, RequestKind.ACCESS)
    others = [
        PersonMatch(
            call=CallId(f"call_{n % 2}"), recording=None, whose=Whose.OTHERS, strength=Strength.POSSIBLE,
            kinds=(IdentifierKind.NAME,),
        )
        for n in range(3)
    ]  # fmt: skip
    with line.tx() as tx:
        report = write_report(tx, request, line.owner, line.context.bundles("nejix"), (), others)
    assert report["mentions"] == {"calls_of_others": 2, "found_by": ["name"]}
    assert "call_0" not in to_json(report).decode()
    page = write_html(report)
    assert "2 calls of other people" in page
    assert "None that are surely yours" in page


def test_the_reference_of_a_matter_is_not_told_to_the_person(line):
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    with line.tx() as tx:
        place(tx, line.context.vault, matter="2026-17", scope=("recording", recording.id), actor="cli", reason="letter")
    line.run(decide_artifacts, recording)
    request = asked(line, RequestKind.ACCESS)
    with line.tx() as tx:
        own = OwnCall(call=get_call(tx, recording.call), role=None, copies=())
        report = write_report(tx, request, line.owner, line.context.bundles("nejix"), (own,), ())
    (kept,) = report["retention"]
    assert (kept["set_by"], kept["clause"]) == ("hold", "a legal hold")
    assert "2026-17" not in to_json(report).decode()


def test_what_a_page_shows_is_escaped(line):
    request = asked(line, RequestKind.ACCESS)
    with line.tx() as tx:
        report = write_report(tx, request, line.owner, line.context.bundles("nejix"), (), ())
    assert "<script>" not in write_html({**report, "answered_by": "<script>alert(1)</script>"})
