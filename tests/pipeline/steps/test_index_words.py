from __future__ import annotations

from pipeline.model.queue_item import QueueFilter
from pipeline.redaction.word_terms import query_terms, words_key
from pipeline.steps.index_words import index_words
from pipeline.store.review_queue import read_queue

THROUGH = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish",
)  # fmt: skip


def found_by(line, query: str) -> list[str]:
    key = words_key(line.context.vault.keys.digest_key(line.owner.id))
    with line.tx() as tx:
        return [item.recording for item in read_queue(tx, QueueFilter(), terms=query_terms(query, key=key)).items]


def test_a_published_recording_is_found_by_what_is_said_and_not_by_what_is_hidden(line):
    recording = line.through(line.record(), *THROUGH)
    assert found_by(line, "number") == []
    assert line.run(index_words, recording)["words"] > 3
    assert found_by(line, "My NUMBER is") == [recording.id]
    assert found_by(line, "recorded transcribed") == [recording.id]
    assert found_by(line, "canaryname") == []
    assert found_by(line, "5551234") == []
    assert found_by(line, "number elephant") == []


def test_what_is_not_published_is_found_by_nothing(line):
    recording = line.through(line.record(), *THROUGH[:-1])
    assert line.run(index_words, recording) == {"words": 0}
    assert found_by(line, "number") == []
