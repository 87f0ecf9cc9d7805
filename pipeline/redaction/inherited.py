"""A redaction that a recording came with: it stands, and what is found here is hidden beside it.

The transcript that came says what was said around the hidden places, in words that were redacted already; what is
heard here says whether that is all. What hides is never lost: its places stay muted and keep their names, whatever is
added to them later. Nothing here unhides anything, because there is nothing behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan, TimeSpan, merge_times
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.manifest import Entry, Manifest, touched_words
from pipeline.redaction.placeholder import PLACEHOLDER, label

RECOGNIZER: Final = "Imported"
"""Names, in a manifest, what was hidden before the recording came."""
_LABEL: Final = re.compile(r"([A-Z_]+)_n?(0|[1-9][0-9]{0,4})")
_PLACEHOLDER: Final = re.compile(PLACEHOLDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One thing that is hidden: its type and number (`PERSON_1`), and when it was said on which channel."""

    type: EntityType
    group: int
    channel: int
    times: tuple[TimeSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What is hidden, and what is muted on each channel."""

    hidden: tuple[Hidden, ...]
    muted: tuple[tuple[TimeSpan, ...], ...]


def read_label(type: EntityType, text: str) -> int:
    """Read the number of a label such as `PERSON_1`.

    Raises:
        InvalidInput: it is not a label of that type.
    """
    found = _LABEL.fullmatch(text)
    if found is None or found[1] != type.value or label(type, int(found[2])) != text:
        raise InvalidInput("a label of what is hidden is none")
    return int(found[2])


def inherit(manifest: Manifest, conversation: Conversation, inherited: Inherited) -> Manifest:
    """Hide also what was hidden before; what was found here is numbered after it.

    Args:
        manifest: what was found here.
        conversation: the transcript that came, from which the manifest was made.
        inherited: what was hidden before.
    """
    most = Counter({kind: 0 for kind in EntityType})
    for one in inherited.hidden:
        most[one.type] = max(most[one.type], one.group)
    own = [replace(entry, group=entry.group + most[entry.type]) for entry in manifest.entries]
    muted = (
        merge_times([*spans, *inherited.muted[channel]]) if channel < len(inherited.muted) else spans
        for channel, spans in enumerate(manifest.muted)
    )
    placed = _placed(conversation, inherited.hidden)
    return replace(manifest, entries=_disjoint([*own, *placed]), muted=tuple(muted))


def still_inherited(made: Manifest, before: Manifest) -> Manifest:
    """Give a manifest that was made anew from entities what an earlier one of the same transcript had inherited."""
    kept = [entry for entry in before.entries if is_inherited(entry)]
    return replace(made, entries=_disjoint([*made.entries, *kept])) if kept else made


def is_inherited(entry: Entry) -> bool:
    """Say whether it was hidden before the recording came."""
    return any(evidence.recognizer == RECOGNIZER for evidence in entry.evidence)


def heard_beside(
    heard: Conversation, found: Sequence[Entity], conversation: Conversation, known: Sequence[Entity]
) -> tuple[list[Entity], list[tuple[int, TimeSpan]]]:
    """Give what was found in what was heard here and not in the transcript that came.

    Args:
        heard: the recording as it was transcribed here.
        found: what was found in it.
        conversation: the transcript that came.
        known: what was found in that.

    Returns:
        Entities of the transcript that came, over whatever it says at those times; and the places themselves, by
        channel, which are muted even where it says nothing.
    """
    turns = {turn.index: turn for turn in conversation.turns}
    covered = [(turns[e.turn].channel, w.time) for e in known for w in touched_words(turns[e.turn], e.span)]
    told = {turn.index: turn for turn in heard.turns}
    entities: list[Entity] = []
    places: list[tuple[int, TimeSpan]] = []
    for entity in found:
        turn = told[entity.turn]
        times = [word.time for word in touched_words(turn, entity.span)]
        if all(any(on == turn.channel and time.touches(own) for on, own in covered) for time in times):
            continue
        places += [(turn.channel, time) for time in times]
        for other in conversation.turns:
            if other.channel == turn.channel and (span := _words_at(other, times)) is not None:
                entities.append(replace(entity, turn=other.index, span=span, group=None))
    return entities, places


def _placed(conversation: Conversation, hidden: Sequence[Hidden]) -> Iterator[Entry]:
    """Find where each stands in the transcript; what its style left out altogether stands nowhere."""
    taken: set[tuple[int, CharSpan]] = set()
    for one in hidden:
        for turn in conversation.turns:
            span = _words_at(turn, one.times) if turn.channel == one.channel else None
            if span is None:
                continue
            place = _written(turn, span, f"[{label(one.type, one.group)}]", {s for t, s in taken if t == turn.index})
            taken.add((turn.index, place))
            yield Entry(
                turn=turn.index,
                span=place,
                type=one.type,
                score=1.0,
                evidence=(Evidence(recognizer=RECOGNIZER),),
                group=one.group,
                channel=one.channel,
                times=one.times,
            )
            break


def _written(turn: Turn, span: CharSpan, shown: str, taken: set[CharSpan]) -> CharSpan:
    """Give the place of a label within some words; where another style was used, of any placeholder, or the words."""
    text = turn.text[span.start : span.end]
    marks = [CharSpan(span.start + m.start(), span.start + m.end()) for m in _PLACEHOLDER.finditer(text)]
    free = [mark for mark in marks if mark not in taken]
    return next((mark for mark in free if turn.text[mark.start : mark.end] == shown), free[0] if free else span)


def _words_at(turn: Turn, times: Sequence[TimeSpan]) -> CharSpan | None:
    at = [
        place
        for word, place in zip(turn.words, turn.word_spans, strict=True)
        if any(word.time.touches(time) for time in times)
    ]
    return CharSpan(at[0].start, at[-1].end) if at else None


def _disjoint(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Order entries; of two that touch the first given stays: what was found here may hide more than what came."""
    kept: list[Entry] = []
    for entry in entries:
        if not any(entry.turn == other.turn and entry.span.touches(other.span) for other in kept):
            kept.append(entry)
    return tuple(sorted(kept, key=lambda entry: (entry.turn, entry.span)))
