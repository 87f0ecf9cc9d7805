"""What a call's recorder was told, and when nothing of the call was to be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecorderAct(StrEnum):
    """What a recorder is told."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderEvent:
    """One thing a recorder was told. Events are only ever added.

    Every wish is noted before the vendor is asked, with `is_done` false; what the vendor then did is an event of its
    own. So the first of the two is the moment that counts, and a wish without its answer was perhaps not fulfilled.
    """

    act: RecorderAct
    at: datetime
    is_done: bool
    """False: it was asked for. True: the vendor did it, or says that nothing was running."""
    cause: str
    """Why, as `reason:number:act:asked` or `...:done`; each is noted once a call. See `reason`."""
    actor: str
    recording_sid: str | None = None

    @property
    def reason(self) -> str:
        """Who wants it so: `card`, `joining-2`, `withdrawn`. A pause lasts until each of its reasons has ended."""
        return self.cause.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """An interval of which nothing is to be kept. `ended_at` None: to the end of what was recorded then."""

    began_at: datetime
    ended_at: datetime | None
    is_done: bool
    """The vendor paused. False: perhaps it did not, and the words are in the audio."""


def pauses_of(events: Sequence[RecorderEvent]) -> tuple[Pause, ...]:
    """Find when nothing was to be recorded, from the moment it was asked for until everybody wanted to go on.

    A pause that was never ended goes on through a stop: only what a later recorder makes lies after it.

    Args:
        events: of one call, any order.
    """
    found: list[Pause] = []
    open_for: set[str] = set()
    began_at: datetime | None = None
    is_done = False
    for event in sorted(events, key=lambda e: e.at):
        if event.act is RecorderAct.PAUSED:
            began_at = began_at or event.at
            is_done = is_done or event.is_done
            open_for.add(event.reason)
        elif event.act is RecorderAct.RESUMED and began_at is not None:
            open_for.discard(event.reason)
            if not open_for:
                found.append(Pause(began_at=began_at, ended_at=event.at, is_done=is_done))
                began_at, is_done = None, False
        elif event.act is RecorderAct.STARTED and event.is_done and began_at is not None:
            found.append(Pause(began_at=began_at, ended_at=event.at, is_done=is_done))
            began_at, is_done = None, False
            open_for.clear()
    if began_at is not None:
        found.append(Pause(began_at=began_at, ended_at=None, is_done=is_done))
    return tuple(found)


def open_reasons(events: Sequence[RecorderEvent]) -> frozenset[str]:
    """Say for whom the recorder is to be silent now; empty where it may go on."""
    open_for: set[str] = set()
    for event in sorted(events, key=lambda e: e.at):
        if event.act is RecorderAct.PAUSED:
            open_for.add(event.reason)
        elif event.act is RecorderAct.RESUMED:
            open_for.discard(event.reason)
        elif event.act is RecorderAct.STARTED and event.is_done:
            open_for.clear()
    return frozenset(open_for)


def stopped_at(events: Sequence[RecorderEvent], *, after: datetime) -> datetime | None:
    """Give the first moment after `after` from which nothing was to be recorded any more; None where there is none."""
    return min((e.at for e in events if e.act is RecorderAct.STOPPED and e.at > after), default=None)
