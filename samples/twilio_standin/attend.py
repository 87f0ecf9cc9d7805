"""What a call does between two steps for those around it: it rings legs, speaks announcements, lets people out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from samples.twilio_standin.called import CalledLeg
from samples.twilio_standin.leg import Leg, Notice, read_document
from samples.twilio_standin.room import OVER, RoomOver
from samples.twilio_standin.twiml import TwimlError, Verb
from samples.twilio_standin.verbs import pause, play, say

_SPOKEN = {"Say": say, "Play": play, "Pause": pause}


@dataclass(slots=True)
class Company:
    """The legs that the product called on behalf of one call. `make` gives one for somebody it did not call."""

    host: Leg
    make: Callable[[str], CalledLeg]
    ringing: deque[CalledLeg] = field(default_factory=deque)
    all: list[CalledLeg] = field(default_factory=list)

    def expect(self, called: CalledLeg) -> None:
        """Take a leg that is to ring when the call next waits."""
        self.all.append(called)
        self.ringing.append(called)

    def attend(self) -> None:
        """Do all there is to do.

        Raises:
            RoomOver: the room of the call was ended.
        """
        room = self.host.room
        while True:
            self.host.wait()
            if self.ringing and room is not None:
                self.ringing.popleft().ring(self.host)
            elif any(called.look(self.host) for called in self.all):
                continue
            elif room is not None and room.announcements:
                self._announce(*room.announcements.popleft())
            else:
                break
        if room is not None and (room.status == OVER or self.host.entry.sid in room.removed):
            raise RoomOver

    def disperse(self) -> None:
        """At the end of the call: let those who still ring pick up, and those who are left hang up."""
        while self.ringing:
            self.ringing.popleft().ring(self.host)
        while any(called.look(self.host) for called in self.all):
            pass
        for called in self.all:
            called.hang_up(self.host)

    def intrude(self, number: str) -> None:
        """Put somebody into the call's room whom the product did not call."""
        if self.host.room is not None:
            called = self.make(number)
            self.all.append(called)
            called.stand_in(self.host, Verb(name="Conference", attributes={}, text=self.host.room.name))

    def at(self, number: str) -> CalledLeg | None:
        """Find who was called at a number and is still there."""
        return next((c for c in self.all if c.leg.entry.to == number and not c.is_over), None)

    def _announce(self, url: str, method: str) -> None:
        """Speak a document to everybody; a verb that is not speech is refused by Twilio and left out here."""
        leg = self.host
        try:
            verbs = read_document(leg.ask_for(url, method, {"ConferenceSid": leg.room.sid if leg.room else ""}))
        except TwimlError as error:
            leg.journal.notices.append(Notice(code=error.code, message=str(error), url=url))
            return
        for verb in verbs:
            if verb.name in _SPOKEN:
                _SPOKEN[verb.name](leg, verb)
