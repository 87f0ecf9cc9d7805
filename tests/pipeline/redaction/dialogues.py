"""Builders of conversations, with and without word times, and what a reader would still see of them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model.entity import Entity
from pipeline.model.transcript import Conversation, Turn, Word, turn_from_words


def a_conversation(*lines: str, language: str = "en") -> Conversation:
    """Make a conversation of lines such as "agent: hello"."""
    turns = []
    for index, line in enumerate(lines):
        speaker, _, text = line.partition(": ")
        turns.append(Turn(index=index, speaker=speaker, text=text, channel=0 if speaker == "caller" else 1))
    return Conversation(id="call_1", turns=tuple(turns), language=language)


def a_timed_conversation(*lines: str, word_ms: int = 300) -> Conversation:
    """Make a conversation whose words each last `word_ms`, one after another over both channels."""
    turns, at = [], 0
    for index, line in enumerate(lines):
        speaker, _, text = line.partition(": ")
        words = []
        for word in text.split():
            channel = 0 if speaker == "caller" else 1
            words.append(Word(text=word, channel=channel, start_ms=at, end_ms=at + word_ms))
            at += word_ms
        turns.append(turn_from_words(index, speaker, tuple(words)))
    return Conversation(id="call_1", turns=tuple(turns))


def hidden(conversation: Conversation, entities: Sequence[Entity]) -> list[str]:
    """Give "TYPE text" of each entity, in order."""
    texts = {turn.index: turn.text for turn in conversation.turns}
    return [f"{e.type.value} {texts[e.turn][e.span.start : e.span.end]}" for e in entities]


def left(conversation: Conversation, entities: Sequence[Entity]) -> list[str]:
    """Give each turn's words with a single `_` for everything hidden in a row."""
    shown = []
    for turn in conversation.turns:
        chars = list(turn.text)
        for entity in entities:
            if entity.turn == turn.index:
                chars[entity.span.start : entity.span.end] = "_" * (entity.span.end - entity.span.start)
        shown.append(" ".join("_" if set(w) == {"_"} else w for w in "".join(chars).replace("_ _", "___").split()))
    return shown
