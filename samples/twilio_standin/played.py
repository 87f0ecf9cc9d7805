"""What happened on a call that was played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from samples.twilio_standin.delivery import Delivery
from samples.twilio_standin.leg import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedCall:
    """What happened. Times are simulated seconds from the start of the call."""

    scenario: str
    account_sid: str
    call_sid: str
    status: str
    ended_by: str
    duration_s: float
    talked_from_s: float | None
    talked_until_s: float | None
    recording_sids: tuple[str, ...]
    leg_sids: tuple[str, ...]
    asked: tuple[str, ...]
    journal: Journal
    deliveries: tuple[Delivery, ...]
    others: tuple[PlayedCall, ...] = ()
    """The legs that the product called meanwhile; a room's recordings hang on the caller's leg."""

    @property
    def documents(self) -> tuple[Delivery, ...]:
        """Every document that was fetched, also on the legs that the product called."""
        return (*self.journal.documents, *(document for other in self.others for document in other.documents))

    def to_json(self) -> dict[str, Any]:
        """Write it for those who play over HTTP."""
        journal = self.journal
        return {
            "scenario": self.scenario,
            "account_sid": self.account_sid,
            "call_sid": self.call_sid,
            "status": self.status,
            "ended_by": self.ended_by,
            "duration_s": self.duration_s,
            "talked_from_s": self.talked_from_s,
            "talked_until_s": self.talked_until_s,
            "recording_sids": list(self.recording_sids),
            "leg_sids": list(self.leg_sids),
            "asked": list(self.asked),
            "said": [{"text": said.text, "start_s": said.start_s, "end_s": said.end_s} for said in journal.said],
            "documents": [{"url": d.url, "statuses": list(d.statuses), "twiml": d.body} for d in journal.documents],
            "notices": [{"code": n.code, "message": n.message, "url": n.url} for n in journal.notices],
            "events": [{"do": do, "status": status} for do, status in journal.events],
            "started": list(journal.started),
            "answers": [{"purpose": a.purpose, "kind": a.kind, "at_s": a.at_s} for a in journal.answers],
            "others": [other.to_json() for other in self.others],
            "callbacks": [{"event": d.event, "url": d.url, "statuses": list(d.statuses)} for d in self.deliveries],
        }
