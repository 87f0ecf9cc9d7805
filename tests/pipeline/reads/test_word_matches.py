from __future__ import annotations

import pytest

from pipeline.decisions.review_queue import look_for
from pipeline.model.errors import NotFound
from pipeline.model.queue_item import QueueFilter
from pipeline.reads.word_matches import find_in_queue

THROUGH = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish",
    "index_words",
)  # fmt: skip


def found(line, query: str) -> list[str]:
    vault = line.context.vault
    with line.tx() as tx:
        search = look_for(tx, query, keys=vault.keys, actor="user:ada")
    page, looked = find_in_queue(vault, line.owner.id, QueueFilter(), search=search, cursor=None, actor="user:ada")
    assert looked.query == query
    return [item.recording for item in page.items]


def test_words_are_found_unopened_and_a_phrase_is_opened_and_noted(line):
    recording = line.through(line.record(), *THROUGH)
    assert found(line, "number my") == [recording.id]
    assert line.events("artifact:artifact:read") == []
    assert found(line, '"number my"') == []
    assert found(line, '"my number"') == [recording.id]
    assert [e["reason"] for e in line.events("artifact:artifact:read")] == ["search for a phrase"] * 2


def test_a_search_is_its_makers_own(line):
    with line.tx() as tx:
        search = look_for(tx, "number", keys=line.context.vault.keys, actor="user:ada")
    with pytest.raises(NotFound):
        find_in_queue(line.context.vault, line.owner.id, QueueFilter(), search=search, cursor=None, actor="user:grace")
