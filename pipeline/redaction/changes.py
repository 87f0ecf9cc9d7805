"""A manifest with what reviewers decided: what they added is hidden too, what they called not personal is shown.

All changes of a recording are applied in the order in which they were made, to whatever manifest: on the one that has
them already they change nothing, and a new detector's takes them over. The last word on a place holds. Changes name
places by channel and time: where no word was transcribed, the sound alone is muted. Sound that was muted wider to
prove an earlier version stays muted, but for what a cleared place itself takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.model.entity import Entity, Evidence
from pipeline.model.errors import Withheld
from pipeline.model.review import ChangeKind, RedactionChange
from pipeline.model.span import CharSpan, TimeSpan, merge_times
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.amend import entities_of, hiding
from pipeline.redaction.manifest import Manifest, touched_words
from pipeline.redaction.profile import RedactionProfile

RECOGNIZER: Final = "Reviewer"
"""Names, in a manifest, what a person added."""

type Place = tuple[int, TimeSpan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A manifest with changes, and where something is shown because a reviewer let it stand."""

    manifest: Manifest
    let_stand: tuple[Place, ...]


@dataclass(slots=True)
class _Work:
    conversation: Conversation
    entities: list[Entity]
    added: list[RedactionChange] = field(default_factory=list)
    cleared: list[RedactionChange] = field(default_factory=list)

    def add(self, change: RedactionChange) -> None:
        """Hide the words at a place; whoever called some of it not personal is overruled.

        What is hidden there already keeps its type: it could else be called something harmless, and then shown.
        """
        self.added.append(change)
        self.cleared = [c for c in self.cleared if c.channel != change.channel or not c.time.touches(change.time)]
        for turn in self.conversation.turns:
            if turn.channel == change.channel and (span := _written(turn, change.time)) is not None:
                self.entities.append(
                    Entity(
                        turn=turn.index,
                        span=span,
                        type=change.type,
                        score=1.0,
                        evidence=(Evidence(recognizer=RECOGNIZER, score=0.0),),
                    )
                )

    def clear(self, change: RedactionChange) -> None:
        """Show what is hidden at a place under the type that the change names."""
        turns = {turn.index: turn for turn in self.conversation.turns}
        self.cleared.append(change)
        self.added = [a for a in self.added if not change.is_of(a.type, a.channel, a.time)]
        self.entities = [
            e
            for e in self.entities
            if not any(change.is_of(e.type, channel, time) for channel, time in _heard_at(turns[e.turn], e.span))
        ]


def apply_changes(
    manifest: Manifest, conversation: Conversation, changes: Sequence[RedactionChange], *, profile: RedactionProfile
) -> Changed:
    """Apply changes in their order.

    Args:
        manifest: what is hidden now.
        conversation: what it was made from.
        changes: oldest first; confirmations change nothing.
        profile: the tenant's settings.

    Raises:
        Withheld: `change` when a place lies outside the sound, else as `build_manifest`.
    """
    work = _Work(conversation, list(entities_of(manifest)))
    for change in changes:
        if change.channel >= manifest.channels or change.time.start_ms >= manifest.duration_ms:
            raise Withheld("change")
        if change.kind is ChangeKind.ADD:
            work.add(change)
        elif change.kind is ChangeKind.NOT_PERSONAL:
            work.clear(change)
    made = hiding(manifest, conversation, work.entities, profile=profile)
    kept = _kept(manifest, [(c.channel, c.time) for c in work.cleared], profile)
    sound = list(_sounds(manifest, [(a.channel, a.time) for a in work.added], profile))
    muted = tuple(
        merge_times([*spans, *kept[channel], *(time for on, time in sound if on == channel)])
        for channel, spans in enumerate(made.muted)
    )
    return Changed(manifest=replace(made, muted=muted), let_stand=tuple((c.channel, c.time) for c in work.cleared))


def is_hidden_again(before: Manifest, after: Manifest, let_stand: Iterable[Place]) -> bool:
    """Say whether proving a manifest hid something anew where a reviewer let it stand: then a change has no effect."""
    known = {(e.turn, e.span) for e in before.entries}
    return any(
        entry.channel == channel and any(own.touches(time) for own in entry.times)
        for entry in after.entries
        if (entry.turn, entry.span) not in known
        for channel, time in let_stand
    )


def _written(turn: Turn, time: TimeSpan) -> CharSpan | None:
    """Give what a turn says at a time, in whole words; None where it says nothing."""
    places = [place for word, place in zip(turn.words, turn.word_spans, strict=True) if word.time.touches(time)]
    return CharSpan(places[0].start, places[-1].end) if places else None


def _heard_at(turn: Turn, span: CharSpan) -> Iterator[Place]:
    words = touched_words(turn, span)
    if words:
        yield turn.channel, TimeSpan(words[0].start_ms, max(word.time.end_ms for word in words))


def _sounds(manifest: Manifest, places: Sequence[Place], profile: RedactionProfile) -> Iterator[Place]:
    """Give places as they are muted, and the same on every channel where they are heard too."""
    for channel, time in places:
        yield channel, _padded(time, profile.padding_ms, manifest.duration_ms)
        for bleed in manifest.heard_on:
            if bleed.channel == channel and bleed.cover(time).start_ms < manifest.duration_ms:
                yield bleed.on, _padded(bleed.cover(time), profile.padding_ms, manifest.duration_ms)


def _kept(manifest: Manifest, cleared: Sequence[Place], profile: RedactionProfile) -> list[list[TimeSpan]]:
    """Give what was muted before without what cleared places took."""
    holes = list(_sounds(manifest, cleared, profile))
    kept: list[list[TimeSpan]] = []
    for channel, spans in enumerate(manifest.muted):
        left = list(spans)
        for on, hole in holes:
            left = [part for span in left for part in _minus(span, hole)] if on == channel else left
        kept.append(left)
    return kept


def _minus(span: TimeSpan, hole: TimeSpan) -> Iterator[TimeSpan]:
    if not span.touches(hole):
        yield span
        return
    if span.start_ms < hole.start_ms:
        yield TimeSpan(span.start_ms, hole.start_ms)
    if hole.end_ms < span.end_ms:
        yield TimeSpan(hole.end_ms, span.end_ms)


def _padded(time: TimeSpan, padding_ms: int, duration_ms: int) -> TimeSpan:
    start = max(0, time.start_ms - padding_ms)
    return TimeSpan(start, max(start + 1, min(duration_ms, time.end_ms + padding_ms)))
