"""A leg that the product called while another of its calls runs: it picks up, is asked, and may stand in a room.

It runs on the thread and the clock of the call it belongs to, whenever that call waits, so that what happens is the
same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from samples.twilio_standin.conference import leave
from samples.twilio_standin.leg import CallEnds, Leg
from samples.twilio_standin.room import OVER, InRoom, Room
from samples.twilio_standin.twiml import Verb
from samples.twilio_standin.verbs import run

PickUp = Callable[[Leg, Mapping[str, str]], bool]


@dataclass(slots=True, kw_only=True)
class CalledLeg:
    """Such a leg, and where it stands. `pick_up` rings; False is nobody, and the leg is over."""

    leg: Leg
    params: Mapping[str, str]
    pick_up: PickUp
    end: Callable[[Leg, Mapping[str, str]], None]
    room: Room | None = None
    is_over: bool = False
    _dial: Verb | None = field(default=None)
    _rest: tuple[Verb, ...] = ()
    _begin: tuple[float, float] = (0.0, 0.0)

    def ring(self, host: Leg) -> None:
        """Ring, and go on until the leg stands in a room or is over."""
        self._meet_clock(host)
        if self.pick_up(self.leg, self.params):
            self._run(host, None)
        else:
            self.is_over = True
            self.leg.live.carries = None

    def stand_in(self, host: Leg, noun: Verb) -> None:
        """Put somebody into a room whom no document of the product's sent there."""
        self._meet_clock(host)
        self.leg.entry.status = "in-progress"
        self._run(host, (Verb(name="Dial", attributes={}, text="", children=(noun,)),))

    def look(self, host: Leg) -> bool:
        """Do what was asked of the leg since; say whether there was anything."""
        if self.is_over or self.room is None:
            return False
        if self.leg.entry.sid in self.room.removed:
            self.room.removed.remove(self.leg.entry.sid)
            self._step_out(host)
            self._go_on(host)
        elif self.leg.live.updates:
            self._step_out(host)
            self._run(host, ())  # the update waits there, and is met first
        elif self.room.status == OVER or self.leg.entry.sid not in self.room.members:
            self._step_out(host)
            self._go_on(host)
        else:
            return False
        return True

    def hang_up(self, host: Leg) -> None:
        """Let the person hang up."""
        if not self.is_over:
            self._step_out(host)
            self._finish()

    def _run(self, host: Leg, verbs: tuple[Verb, ...] | None) -> None:
        try:
            if verbs is None:
                verbs = self.leg.fetch(self.params["Url"], self.params.get("Method", "POST"))
                self.leg.entry.status = "in-progress"
            run(self.leg, verbs)
        except InRoom as inside:
            self.room, self._dial, self._rest = inside.room, inside.dial, inside.rest
            self._begin = (host.live.now_s, self.leg.live.now_s)
            self.leg.live.carries = None
            return
        except CallEnds:
            pass
        self._finish()

    def _go_on(self, host: Leg) -> None:
        """Go to the action of the verb that brought the leg in, or to what stands after it."""
        verbs, action = self._rest, "" if self._dial is None else self._dial.get("action")
        try:
            if self._dial is not None and action:
                facts = {"DialCallStatus": "answered", "DialBridged": "true"}
                verbs = self.leg.fetch(self.leg.resolve(action), self._dial.get("method", "POST"), facts)
        except CallEnds:
            self._finish()
            return
        self._run(host, verbs)

    def _step_out(self, host: Leg) -> None:
        """Come out of the room: what was heard there was heard on this leg too, from its own side."""
        room, self.room = self.room, None
        if room is None:
            return
        host_s, own_s = self._begin
        heard = host.live.timeline.render(host_s, host.live.now_s)
        for track in (0, 1):
            self.leg.live.timeline.place(track, own_s, heard[:, 1 - track])
        self.leg.live.advance(host.live.now_s - host_s)
        leave(self.leg, room)
        self.leg.live.carries = host.live

    def _meet_clock(self, host: Leg) -> None:
        self.leg.live.started_at = host.live.at(host.live.now_s)
        self.leg.live.carries = host.live

    def _finish(self) -> None:
        self.is_over = True
        self.end(self.leg, self.params)
        self.leg.live.carries = None
