from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.draw import Drawn, is_drawn
from pipeline.steps.draw_sample import draw_sample
from pipeline.steps.publish import publish
from tests.quality import published, sample_of, set_to, taken_through

DRAWN = "quality:sample:drawn"


def test_without_a_rate_nothing_is_drawn(line):
    published(line)
    assert line.events(DRAWN) == []


def test_what_is_drawn_names_what_is_read_and_publishing_again_draws_nothing_new(line):
    set_to(line)
    recording = taken_through(line)
    line.run(publish, recording)
    with line.tx() as tx:
        assert not draw_sample(tx, recording.id, keys=line.context.vault.keys)
    sample = sample_of(line, recording)
    named = [(sample.manifest, ArtifactKind.REDACTION_MANIFEST), (sample.transcript, ArtifactKind.TRANSCRIPT_REDACTED),
             (sample.audio, ArtifactKind.RECORDING_REDACTED)]  # fmt: skip
    assert [one for one, _ in named] == [line.artifact(recording, kind).id for _, kind in named]
    assert line.events(DRAWN) == [{"recording": recording.id, "rate": 10_000}]


def test_the_draw_is_the_keyed_one_for_the_sample_and_for_its_second_reader(line):
    set_to(line, rate=5000, second=5000)
    recordings = [published(line) for _ in range(6)]
    key = line.context.vault.keys.digest_key(line.owner.id)
    wanted = [r for r in recordings if is_drawn(key, r.id, 5000, what=Drawn.SAMPLE)]
    assert {e["recording"] for e in line.events(DRAWN)} == {r.id for r in wanted}
    for recording in wanted:
        again = is_drawn(key, recording.id, 5000, what=Drawn.SECOND_READER)
        assert sample_of(line, recording).has_second is again
