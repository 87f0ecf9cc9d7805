"""What was said, by whom, when: words, utterances, turns, and the conversation they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan, TimeSpan

PAUSE_MS: Final = 700
"""A silence as long as this on a channel leaves room for the other party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One timed token as a recogniser wrote it, on one channel."""

    text: str = field(repr=False)
    channel: int
    start_ms: int
    end_ms: int
    confidence: float | None = None

    @property
    def time(self) -> TimeSpan:
        """When it was heard; a word without duration counts one millisecond."""
        return TimeSpan(self.start_ms, max(self.end_ms, self.start_ms + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A recogniser's run of words on one channel, in order."""

    channel: int
    words: tuple[Word, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Consecutive utterances of one party.

    `words` is empty for a turn that came as text only; otherwise `word_spans[i]` is where `words[i]` stands in `text`.
    """

    index: int
    speaker: str
    text: str = field(repr=False)
    channel: int = 0
    words: tuple[Word, ...] = field(default=(), repr=False)
    word_spans: tuple[CharSpan, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.words) != len(self.word_spans):
            raise InvalidInput(f"turn {self.index}: each word needs its place in the text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The turns of one call in the order they began. What detection, redaction and review work on."""

    id: str
    turns: tuple[Turn, ...] = field(repr=False)
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a recogniser heard on each channel; `channels[i]` lists the utterances of channel i, maybe none."""

    engine: str
    model: str
    language: str
    duration_ms: int
    channels: tuple[tuple[Utterance, ...], ...] = field(repr=False)
    request_id: str | None = None

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word of every channel, by start."""
        return tuple(
            sorted(
                (w for utterances in self.channels for u in utterances for w in u.words),
                key=lambda w: (w.start_ms, w.channel, w.end_ms),
            )
        )


def turn_from_words(index: int, speaker: str, words: tuple[Word, ...]) -> Turn:
    """Write words of one channel as a turn, single spaces between them, each word's place kept."""
    spans: list[CharSpan] = []
    parts: list[str] = []
    at = 0
    kept = tuple(w for w in words if w.text.strip())
    for word in kept:
        text = word.text.strip()
        spans.append(CharSpan(at, at + len(text)))
        parts.append(text)
        at += len(text) + 1
    return Turn(
        index=index,
        speaker=speaker,
        text=" ".join(parts),
        channel=words[0].channel if words else 0,
        words=kept,
        word_spans=tuple(spans),
    )


def to_conversation(id: str, transcript: Transcript, *, speakers: tuple[str, ...]) -> Conversation:
    """Interleave what was said on the channels, parted at pauses, and join consecutive runs of one channel into turns.

    Args:
        id: what the conversation is called.
        transcript: all channels.
        speakers: the party on each channel, such as `("caller", "agent")`; a missing one is `channel-N`.
    """
    runs = sorted(
        (run for channel in transcript.channels for utterance in channel for run in _runs(utterance.words)),
        key=lambda run: (run[0].start_ms, run[0].channel),
    )
    turns: list[Turn] = []
    said: list[Word] = []
    for run in runs:
        if said and said[0].channel != run[0].channel:
            turns.append(_turn(len(turns), said, speakers))
            said = []
        said.extend(run)
    if said:
        turns.append(_turn(len(turns), said, speakers))
    return Conversation(id=id, turns=tuple(turns), language=transcript.language)


def _runs(words: tuple[Word, ...]) -> list[list[Word]]:
    """Part a recogniser's utterance at its pauses: it may reach over what the other party said meanwhile."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and word.start_ms - runs[-1][-1].end_ms < PAUSE_MS:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _turn(index: int, run: list[Word], speakers: tuple[str, ...]) -> Turn:
    channel = run[0].channel
    speaker = speakers[channel] if channel < len(speakers) else f"channel-{channel}"
    return turn_from_words(index, speaker, tuple(run))
