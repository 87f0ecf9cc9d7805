"""A call as reviewers read it: the redacted transcript and, from the manifest, what is hidden where and why.

Both are opened for somebody and stand in the audit log; neither holds a word that is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.span import TimeSpan
from pipeline.reads.artifact import read_redacted
from pipeline.reads.correction_sheet import corrections_of
from pipeline.redaction.explain import explain
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hidden span. `key` names it within its version, `why` says which rules found it."""

    key: str
    turn: int
    type: str
    label: str
    score: float
    channel: int
    time: TimeSpan
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWord:
    """A word or what stands in the place of hidden ones; `finding` is the key of what it stands for."""

    text: str = field(repr=False)
    start_ms: int
    end_ms: int
    finding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """What one party said. `text` is shown where there are no words with times."""

    number: int
    speaker: str
    channel: int
    start_ms: int | None
    text: str = field(repr=False)
    words: tuple[ShownWord, ...] = field(repr=False)
    corrected: str = field(default="", repr=False)
    """What the person says it should have said, with what is personal in it hidden; empty where nobody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """All that the page needs of what was said."""

    language: str
    duration_ms: int
    channels: int
    turns: tuple[ShownTurn, ...] = field(repr=False)
    findings: tuple[Finding, ...]
    muted: tuple[tuple[TimeSpan, ...], ...]

    def speaker_on(self, channel: int) -> str:
        """Name who speaks on a channel; the first who does."""
        return next((turn.speaker for turn in self.turns if turn.channel == channel), f"channel-{channel}")


def open_call(vault: Vault, tenant: TenantId, recording: RecordingId, *, actor: str) -> ShownCall:
    """Open the redacted transcript and the manifest of a recording.

    Raises:
        NotFound: the tenant has no such recording, or nothing was redacted of it.
        NotPermitted: its redaction is not proved, or it is shown to nobody.
    """

    def opened(kind: ArtifactKind) -> bytes:
        return read_redacted(vault, tenant, recording, kind, actor=actor, reason="review")

    document = json.loads(opened(ArtifactKind.TRANSCRIPT_REDACTED))
    return shown_from(document, Manifest.from_json(opened(ArtifactKind.REDACTION_MANIFEST)))


def shown_from(document: Mapping[str, Any], manifest: Manifest) -> ShownCall:
    """Join a redacted transcript and its manifest; what does not fit to each other is shown without a link."""
    of_turn: dict[int, list[Entry]] = {}
    for entry in manifest.entries:
        of_turn.setdefault(entry.turn, []).append(entry)
    noted = corrections_of(document)
    return ShownCall(
        language=document["language"],
        duration_ms=manifest.duration_ms,
        channels=manifest.channels,
        turns=tuple(_turn(turn, of_turn.get(turn["turn"], []), noted) for turn in document["turns"]),
        findings=tuple(sorted(map(_finding, manifest.entries), key=lambda f: (f.time, f.key))),
        muted=manifest.muted,
    )


def _turn(turn: Mapping[str, Any], entries: list[Entry], corrected: Mapping[int, str]) -> ShownTurn:
    hidden = [(time.start_ms, time.end_ms, _key(entry)) for entry in entries for time in entry.times]
    words = tuple(_word(word, hidden) for word in turn.get("words", ()))
    return ShownTurn(
        number=turn["turn"],
        speaker=turn["speaker"],
        channel=turn["channel"],
        start_ms=words[0].start_ms if words else None,
        text=turn["text"],
        words=words,
        corrected=corrected.get(turn["turn"], ""),
    )


def _word(word: Mapping[str, Any], hidden: Sequence[tuple[int, int, str]]) -> ShownWord:
    start, end = word["start_ms"], word["end_ms"]
    finding = None
    for from_ms, to_ms, key in hidden:
        if (from_ms < end and start < to_ms) or (from_ms == start and to_ms == end):
            finding = key
            break
    return ShownWord(text=word["text"], start_ms=start, end_ms=end, finding=finding)


def _finding(entry: Entry) -> Finding:
    from_ms = min((time.start_ms for time in entry.times), default=0)
    to_ms = max((time.end_ms for time in entry.times), default=from_ms)
    return Finding(
        key=_key(entry),
        turn=entry.turn,
        type=entry.type.value,
        label=entry.label,
        score=entry.score,
        channel=entry.channel,
        time=TimeSpan(from_ms, max(to_ms, from_ms + 1)),
        why=tuple(dict.fromkeys(explain(evidence) for evidence in entry.evidence)),
    )


def _key(entry: Entry) -> str:
    return f"{entry.turn}.{entry.span.start}.{entry.span.end}"
