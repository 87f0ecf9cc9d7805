"""What a call's recorder was told, and when nothing of the call was to be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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

    A pause that was never ended goes on through a stop, until the next recorder starts.

    Args:
        events: of one call, any order.
    """
    found: list[Pause] = []
    open_pause = _OpenPause()
    for event in sorted(events, key=lambda e: e.at):
        began_at, is_done = open_pause.began_at, open_pause.is_done
        if open_pause.take(event) and began_at is not None:
            found.append(Pause(began_at=began_at, ended_at=event.at, is_done=is_done))
    if open_pause.began_at is not None:
        found.append(Pause(began_at=open_pause.began_at, ended_at=None, is_done=open_pause.is_done))
    return tuple(found)


def open_reasons(events: Sequence[RecorderEvent]) -> frozenset[str]:
    """Say for whom the recorder is to be silent now; empty where it may go on."""
    open_pause = _OpenPause()
    for event in sorted(events, key=lambda e: e.at):
        open_pause.take(event)
    return frozenset(open_pause.reasons)


def is_stopped(events: Sequence[RecorderEvent]) -> bool:
    """Say whether the last recorder was to stop for good.

    Args:
        events: of one call, in the order in which they were noted: a stop may be told late, with a moment from before
            the recorder ran, and is about that recorder all the same.
    """
    ends = [e for e in events if e.act is RecorderAct.STOPPED or (e.act is RecorderAct.STARTED and e.is_done)]
    return bool(ends) and ends[-1].act is RecorderAct.STOPPED


def stopped_at(events: Sequence[RecorderEvent], *, after: datetime) -> datetime | None:
    """Give the first moment after `after` from which nothing was to be recorded any more; None where there is none."""
    return min((e.at for e in events if e.act is RecorderAct.STOPPED and e.at > after), default=None)


@dataclass(slots=True)
class _OpenPause:
    """A pause while events are read in order."""

    began_at: datetime | None = None
    is_done: bool = False
    was_stopped: bool = False
    reasons: set[str] = field(default_factory=set)

    def take(self, event: RecorderEvent) -> bool:
        """Take up one event; True where it ended the pause."""
        if event.act is RecorderAct.PAUSED:
            self.began_at = self.began_at or event.at
            self.is_done = self.is_done or event.is_done
            self.reasons.add(event.reason)
        elif event.act is RecorderAct.STOPPED:
            self.was_stopped = self.began_at is not None
        elif event.act is RecorderAct.RESUMED:
            self.reasons.discard(event.reason)
        elif event.is_done and self.was_stopped:
            self.reasons.clear()
        if self.began_at is None or self.reasons:
            return False
        self.began_at, self.is_done, self.was_stopped = None, False, False
        return True
