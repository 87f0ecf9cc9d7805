"""What differs between two versions of a redaction: places, types and times, never words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.model.bleed import Bleed
from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan, invert_times, merge_times
from pipeline.redaction.manifest import Entry, Manifest

_NEAR_MS: Final = 1000
"""So near to words that changed, muting is wider or narrower because of them."""


class DiffKind(StrEnum):
    """How something differs."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """The same type, over other words."""
    MUTED = "muted"
    """Sound alone: no word stands there, or it was muted wider."""
    SOUNDED = "sounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place that differs; `was` is where a moved one stood. Of sound alone there is no type."""

    kind: DiffKind
    channel: int
    time: TimeSpan
    type: EntityType | None = None
    was: TimeSpan | None = None


def diff_manifests(old: Manifest, new: Manifest) -> tuple[Difference, ...]:
    """List what differs from an older to a newer manifest of one recording, in order of time."""
    before = {_key(entry): entry for entry in old.entries}
    after = {_key(entry): entry for entry in new.entries}
    gone = [entry for key, entry in before.items() if key not in after]
    found: list[Difference] = []
    for entry in (entry for key, entry in after.items() if key not in before):
        match = next((g for g in gone if g.type is entry.type and g.channel == entry.channel and _meet(g, entry)), None)
        if match is not None:
            gone.remove(match)
        found.append(
            Difference(
                kind=DiffKind.ADDED if match is None else DiffKind.MOVED,
                channel=entry.channel,
                time=hull(entry),
                type=entry.type,
                was=None if match is None else hull(match),
            )
        )
    found += [Difference(kind=DiffKind.REMOVED, channel=e.channel, time=hull(e), type=e.type) for e in gone]
    sound = _sound(old, new, DiffKind.MUTED) + _sound(new, old, DiffKind.SOUNDED)
    bleeds = (*old.heard_on, *new.heard_on)
    found += [s for s in sound if not any(_goes_with(s, change, bleeds) for change in found)]
    return tuple(sorted(found, key=lambda d: (d.time, d.channel, d.kind)))


def hull(entry: Entry) -> TimeSpan:
    """Give the time from the first to the last word of an entry; of a transcript without sound, nothing but a start."""
    return TimeSpan(
        min((time.start_ms for time in entry.times), default=0), max((time.end_ms for time in entry.times), default=1)
    )


def _key(entry: Entry) -> tuple[int, int, int, EntityType]:
    return (entry.turn, entry.span.start, entry.span.end, entry.type)


def _meet(one: Entry, other: Entry) -> bool:
    return one.turn == other.turn and one.span.touches(other.span)


def _goes_with(sound: Difference, change: Difference, bleeds: Sequence[Bleed]) -> bool:
    """Say whether a change of sound is that of words that changed too, wherever they are heard."""
    times = (change.time, change.was or change.time)
    heard = [(change.channel, time) for time in times]
    heard += [(bleed.on, bleed.cover(time)) for bleed in bleeds if bleed.channel == change.channel for time in times]
    near = TimeSpan(max(0, sound.time.start_ms - _NEAR_MS), sound.time.end_ms + _NEAR_MS)
    return any(channel == sound.channel and near.touches(time) for channel, time in heard)


def _sound(old: Manifest, new: Manifest, kind: DiffKind) -> list[Difference]:
    """List where the one is muted and the other is not, if more than a moment."""
    found = []
    for channel in range(max(old.channels, new.channels)):
        for time in _without(_muted(new, channel), _muted(old, channel), max(old.duration_ms, new.duration_ms)):
            found.append(Difference(kind=kind, channel=channel, time=time))
    return found


def _muted(manifest: Manifest, channel: int) -> Sequence[TimeSpan]:
    return manifest.muted[channel] if channel < manifest.channels else ()


def _without(spans: Sequence[TimeSpan], others: Sequence[TimeSpan], total_ms: int) -> tuple[TimeSpan, ...]:
    """Give what lies in the spans and outside the others."""
    outside = invert_times(others, total_ms=total_ms)
    parts = [
        TimeSpan(max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms)) for a in spans for b in outside if a.touches(b)
    ]
    return merge_times(parts)
