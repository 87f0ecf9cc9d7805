"""When words of a redacted transcript are heard: what somebody selects in the text, as a place in the sound."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.span import TimeSpan
from pipeline.reads.artifact import read_redacted
from pipeline.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRange:
    """Words of one turn, from the first to the last, both counted from 0 and both of it."""

    turn: int
    first: int
    last: int


def read_word_place(
    vault: Vault, tenant: TenantId, recording: RecordingId, words: WordRange, *, actor: str
) -> tuple[int, TimeSpan]:
    """Give the channel of words and the time from the first to the last.

    Raises:
        InvalidInput: the transcript in force has no such words.
        NotFound, NotPermitted: as `read_redacted`.
    """
    kind = ArtifactKind.TRANSCRIPT_REDACTED
    document = json.loads(read_redacted(vault, tenant, recording, kind, actor=actor, reason="review:select"))
    turn = next((one for one in document["turns"] if one["turn"] == words.turn), None)
    timed = turn.get("words", []) if turn else []
    if turn is None or not 0 <= words.first <= words.last < len(timed):
        raise InvalidInput("the transcript has no such words")
    chosen = timed[words.first : words.last + 1]
    start_ms, end_ms = min(w["start_ms"] for w in chosen), max(w["end_ms"] for w in chosen)
    return turn["channel"], TimeSpan(start_ms, max(end_ms, start_ms + 1))
