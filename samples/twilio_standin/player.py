"""Plays a scenario against a product's webhooks, from the first ring to the last callback. Nothing waits for speech."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from samples.scenario import Callee, Scenario
from samples.twilio_standin.callbacks import Callback, Outbox
from samples.twilio_standin.delivery import Courier, Delivery
from samples.twilio_standin.ledger import Account, CallEntry, Ledger, new_sid
from samples.twilio_standin.leg import AgentApi, CallEnds, Journal, Leg, Person
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings
from samples.twilio_standin.verbs import run

_RINGS_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUrls:
    """How a telephone number is configured: where its calls are answered, and what if that fails."""

    voice: str
    fallback: str | None = None
    status: str | None = None


def tenant_urls(base: str, tenant: str) -> NumberUrls:
    """Give the addresses Earmark has for a tenant."""
    root = f"{base.rstrip('/')}/twilio/{tenant}"
    return NumberUrls(voice=f"{root}/voice", fallback=f"{root}/fallback", status=f"{root}/status")


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
            "callbacks": [{"event": d.event, "url": d.url, "statuses": list(d.statuses)} for d in self.deliveries],
        }


class Player:
    """Plays calls of any account on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._couriers: dict[str, Courier] = {}
        self._outboxes: dict[str, Outbox] = {}
        self._callees: dict[str, Scenario] = {}

    def close(self) -> None:
        """Let go of connections."""
        for courier in self._couriers.values():
            courier.close()

    def play(
        self, scenario: Scenario, account: Account, urls: NumberUrls, *, agent: AgentApi | None = None
    ) -> PlayedCall:
        """Call the tenant's number as the scenario's caller does."""
        for fault in scenario.faults:
            self._ledger.add_fault(fault)
        entry = CallEntry(
            sid=new_sid("CA"),
            account_sid=account.sid,
            from_=scenario.from_,
            to=scenario.to,
            direction="inbound",
            status="ringing",
            created_at=self._ledger.now(),
        )
        leg = self._leg(entry, scenario, account)
        leg.agent, leg.fallback_url = agent, urls.fallback
        return self._run(leg, urls.voice, "POST", urls.status)

    def expect(self, scenario: Scenario) -> None:
        """Have somebody at the scenario's `to` who picks up when the product calls that number."""
        self._callees[scenario.to] = scenario

    def call_out(self, entry: CallEntry, account: Account, params: dict[str, str]) -> PlayedCall:
        """Ring a number because `POST /Calls` asked for it."""
        scenario = self._callees.get(entry.to) or Scenario.model_validate(
            {"name": "nobody", "tenant": "", "from": entry.from_, "to": entry.to, "callee": {"pickup": "no_answer"}}
        )
        callee = scenario.callee or Callee()
        leg = self._leg(entry, scenario, account)
        events = params.get("StatusCallbackEvent", "completed").split()
        for event in ("initiated", "ringing"):
            self._tell(leg, params.get("StatusCallback"), event, events)
        if callee.pickup in ("no_answer", "busy"):
            entry.status = callee.pickup.replace("_", "-")
            self._tell(leg, params.get("StatusCallback"), "completed", events)
            return self._played(leg, entry.status)
        if params.get("MachineDetection"):
            entry.answered_by = "machine_start" if callee.pickup == "voicemail" else "human"
        entry.status = "in-progress"
        self._tell(leg, params.get("StatusCallback"), "answered", events)
        if params.get("Record") == "true":
            leg.live.start_recorder(
                RecorderSettings(
                    source="OutboundAPI",
                    channels=2 if params.get("RecordingChannels") == "dual" else 1,
                    trim=params.get("Trim") or DEFAULT_TRIM["OutboundAPI"],
                    callback=params.get("RecordingStatusCallback"),
                )
            )
        return self._run(leg, params["Url"], params.get("Method", "POST"), params.get("StatusCallback"))

    def release_held(self, call_sid: str) -> tuple[Delivery, ...]:
        """Send the callbacks that the scenario held back."""
        outbox = self._outboxes[call_sid]
        before = len(outbox.delivered)
        outbox.release_held()
        return tuple(outbox.delivered[before:])

    def _leg(self, entry: CallEntry, scenario: Scenario, account: Account) -> Leg:
        courier = self._couriers.get(account.auth_token) or Courier(account.auth_token)
        self._couriers[account.auth_token] = courier
        outbox = Outbox(courier, scenario.callbacks)
        live = LiveCall(
            ledger=self._ledger, account=account, call_sid=entry.sid, started_at=entry.created_at, post=outbox.add
        )
        live.encryption, live.is_order_reversed = scenario.encryption, scenario.is_channel_order_reversed
        entry.live = live
        with self._ledger.lock:
            self._ledger.calls[entry.sid] = entry
        self._outboxes[entry.sid] = outbox
        return Leg(
            entry=entry,
            live=live,
            person=Person(scenario.answers),
            scenario=scenario,
            courier=courier,
            outbox=outbox,
            journal=Journal(),
        )

    def _run(self, leg: Leg, url: str, method: str, status_url: str | None) -> PlayedCall:
        ended_by = "twiml"
        leg.live.advance(_RINGS_S if leg.entry.direction == "inbound" else 0)
        try:
            verbs = leg.fetch(url, method)
            leg.entry.status = "in-progress"
            run(leg, verbs)
        except CallEnds as end:
            ended_by = end.by
        leg.entry.status = "completed"
        leg.entry.ended_at = leg.live.at(leg.live.now_s)
        leg.live.complete_recordings()
        self._tell(leg, status_url, "completed", ["completed"])
        leg.outbox.finish()
        return self._played(leg, ended_by)

    def _tell(self, leg: Leg, url: str | None, event: str, wanted: list[str]) -> None:
        if event != "completed":
            leg.entry.status = {"answered": "in-progress"}.get(event, event)
        if url and event in wanted:
            facts = {"CallbackSource": "call-progress-events", "SequenceNumber": "0"}
            if event == "completed":
                facts |= {"CallDuration": str(round(leg.live.now_s)), "Duration": str(-(-round(leg.live.now_s) // 60))}
            leg.outbox.add(Callback(event=f"call.{event}", url=url, params=leg.params(facts)))
        leg.outbox.drain()

    def _played(self, leg: Leg, ended_by: str) -> PlayedCall:
        with self._ledger.lock:
            sids = {leg.entry.sid, *(other.sid for other in leg.other_legs)}
            recordings = [r for r in self._ledger.recordings.values() if r.call_sid in sids]
        return PlayedCall(
            scenario=leg.scenario.name,
            account_sid=leg.entry.account_sid,
            call_sid=leg.entry.sid,
            status=leg.entry.status,
            ended_by=ended_by,
            duration_s=round(leg.live.now_s, 3),
            talked_from_s=leg.journal.talked_from_s,
            talked_until_s=leg.journal.talked_until_s,
            recording_sids=tuple(r.sid for r in recordings),
            leg_sids=tuple(other.sid for other in leg.other_legs),
            asked=tuple(leg.person.asked),
            journal=replace(leg.journal),
            deliveries=tuple(leg.outbox.delivered),
        )
