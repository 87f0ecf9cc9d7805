"""A call whose people meet in a room, played from the vendor's side: legs are rung, answer, come in and leave."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree

from pipeline.model.recorder import open_reasons
from pipeline.model.tenant import Topology
from pipeline.store.calls import find_call_by_sid, list_legs
from pipeline.store.recorder_events import list_recorder_events
from tests.webhooks.conftest import API_KEY, DESK, Stage, Twilio

CONFERENCE = "CF" + "a" * 32


class Party:
    """Somebody on a leg of their own."""

    def __init__(self, room: RoomPlayed, sid: str, voice_url: str) -> None:
        self.room, self.sid, self.voice_url = room, sid, voice_url
        self.line = Twilio(room.call.client, room.call.owner, sid)
        self.asked: ElementTree.Element | None = None

    def pick_up(self, **fields: str) -> ElementTree.Element:
        """Answer the telephone."""
        self.asked = self.line.document(self.voice_url, **fields)
        return self.asked

    def press(self, digits: str) -> ElementTree.Element:
        """Answer the question."""
        assert self.asked is not None
        self.asked = self.line.press(self.asked, digits)
        return self.asked

    def come_in(self) -> None:
        self.room.tell("participant-join", self.sid)

    def leave(self) -> None:
        self.room.tell("participant-leave", self.sid)


class RoomPlayed:
    """One call and its room at the vendor."""

    def __init__(self, stage: Stage, *, caller: str = "+12125550142", keys: str = "", **chosen) -> None:
        self.stage = stage
        made = {"topology": Topology.CONFERENCE, "forward_to": DESK} | chosen
        self.call = stage.call(stage.tenant(**made))
        asked = self.call.ring(caller)
        self.document = self.call.press(asked, keys) if keys else self.call.follow(asked)
        self.telephony = stage.context.telephony
        self.inside: set[str] = set()

    @property
    def conference(self) -> ElementTree.Element:
        found = self.document.find("Dial/Conference")
        assert found is not None
        return found

    def party(self, number: int = 1) -> Party:
        """The one who was rung as the vendor's n-th call."""
        placed = self.telephony.placed[number - 1]
        return Party(self, "CA" + f"{number:032x}", placed.urls.voice)

    def stranger(self) -> Party:
        return Party(self, "CA" + secrets.token_hex(16), "")

    def caller_comes_in(self) -> None:
        self.tell("participant-join", self.call.call_sid)

    def tell(self, event: str, leg_sid: str, *, is_quiet: bool = False) -> int:
        """Have the vendor do something in the room and tell of it."""
        if not is_quiet:
            (self.inside.discard if event.endswith("leave") else self.inside.add)(leg_sid)
        self.telephony.rooms[CONFERENCE] = sorted(self.inside)
        fields = self.call.form(ConferenceSid=CONFERENCE, StatusCallbackEvent=event, FriendlyName=self.conference.text)
        if event.startswith("participant"):
            fields |= {"CallSid": leg_sid}
        return self.call.post(self.conference.attrib["statusCallback"], fields).status_code

    def leg_ends(self, number: int, status: str = "no-answer") -> None:
        """Have a rung leg end."""
        placed = self.telephony.placed[number - 1]
        self.call.post(placed.urls.status, self.call.form(CallSid="CA" + f"{number:032x}", CallStatus=status))

    def ask(self, route: str, key: str = API_KEY, **body: str):
        target = f"/api/v1/calls/{self.call.call_sid}/{route}"
        return self.stage.client.post(target, json=body, headers={"Authorization": f"Bearer {key}"})

    @property
    def legs(self) -> dict[tuple[str, int], tuple[bool, bool]]:
        """Say of each leg whether it has come and gone."""
        with self.stage.context.database.transaction(self.call.owner.id) as tx:
            found = list_legs(tx, find_call_by_sid(tx, self.call.call_sid).id)
        return {(leg.role.value, leg.ordinal): (leg.joined_at is not None, leg.left_at is not None) for leg in found}

    @property
    def told(self) -> list[str]:
        """List what the recorder was told and did."""
        with self.stage.context.database.transaction(self.call.owner.id) as tx:
            events = list_recorder_events(tx, find_call_by_sid(tx, self.call.call_sid).id)
        return [e.act.value for e in events if e.is_done]

    @property
    def silent_for(self) -> frozenset[str]:
        with self.stage.context.database.transaction(self.call.owner.id) as tx:
            return open_reasons(list_recorder_events(tx, find_call_by_sid(tx, self.call.call_sid).id))

    @property
    def is_running(self) -> bool:
        return self.call.call_sid in self.stage.recordings.running

    @property
    def is_paused(self) -> bool:
        return self.call.call_sid in self.stage.recordings.paused


def a_meeting(stage: Stage, **chosen) -> RoomPlayed:
    """A room in which caller and callee have met and agreed."""
    room = RoomPlayed(stage, **chosen)
    room.caller_comes_in()
    desk = room.party()
    desk.pick_up()
    desk.press("1")
    desk.come_in()
    return room
