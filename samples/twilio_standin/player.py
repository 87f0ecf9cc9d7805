"""Plays a scenario against a product's webhooks, from the first ring to the last callback. Nothing waits for speech."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from samples.scenario import Callee, Scenario
from samples.twilio_standin.attend import Company
from samples.twilio_standin.callbacks import Callback, Outbox
from samples.twilio_standin.called import CalledLeg
from samples.twilio_standin.conversation import record_elsewhere
from samples.twilio_standin.delivery import Courier, Delivery
from samples.twilio_standin.dial import person_of
from samples.twilio_standin.ledger import Account, CallEntry, Ledger, new_sid
from samples.twilio_standin.leg import AgentApi, CallEnds, Journal, Leg, Person
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.outgoing import pick_up, tell
from samples.twilio_standin.played import PlayedCall
from samples.twilio_standin.verbs import run

_RINGS_S: Final = 2.0
_NOBODY: Final = {"name": "nobody", "tenant": "", "callee": {"pickup": "no_answer"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUrls:
    """How a telephone number is configured: where its calls are answered, and what if that fails.

    `recording` is where news of recordings goes that somebody else than the product starts.
    """

    voice: str
    fallback: str | None = None
    status: str | None = None
    recording: str | None = None


def tenant_urls(base: str, tenant: str) -> NumberUrls:
    """Give the addresses Earmark has for a tenant."""
    root = f"{base.rstrip('/')}/twilio/{tenant}"
    return NumberUrls(
        voice=f"{root}/voice", fallback=f"{root}/fallback", status=f"{root}/status", recording=f"{root}/recording"
    )


class Player:
    """Plays calls of any account on one ledger. `played` are those that are over, by call SID."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._couriers: dict[int, Courier] = {}
        self._outboxes: dict[str, Outbox] = {}
        self._expected: dict[str, tuple[Scenario, AgentApi | None]] = {}
        self._companies: dict[str, Company] = {}
        self.played: dict[str, PlayedCall] = {}
        self.threads: list[threading.Thread] = []
        self.wait: Callable[[], object] = bool
        """Called between two steps of a call: nothing here tells when the product has done what follows an answer."""

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
        entry = self._entry(account, from_=scenario.from_, to=scenario.to, direction="inbound")
        entry.status = "ringing"
        leg = self._leg(entry, scenario, account)
        leg.agent, leg.fallback_url, leg.recording_url = agent, urls.fallback, urls.recording
        leg.live.advance(_RINGS_S)
        return self._run(leg, urls.voice, {"StatusCallback": urls.status or ""})

    def expect(self, scenario: Scenario, *, agent: AgentApi | None = None) -> None:
        """Have somebody at the scenario's `to` who picks up when the product calls that number."""
        self._expected[scenario.to] = (scenario, agent)

    def place(self, account: Account, params: Mapping[str, str]) -> CallEntry:
        """Take up `POST /Calls`.

        A call whose address names one that runs is a leg of that one, and rings when it next waits; any other is
        played on a thread of its own.
        """
        entry = self._entry(account, from_=params["From"], to=params["To"], direction="outbound-api")
        named = {value for _, value in parse_qsl(urlsplit(params["Url"]).query)}
        company = next((c for sid, c in tuple(self._companies.items()) if sid in named), None)
        if company is not None:
            company.expect(self._called(company, entry, params))
            return entry
        thread = threading.Thread(target=self._call_out, args=(entry, account, params), daemon=True)
        self.threads.append(thread)
        thread.start()
        return entry

    def release_held(self, call_sid: str) -> tuple[Delivery, ...]:
        """Send the callbacks that the scenario held back."""
        outbox = self._outboxes[call_sid]
        before = len(outbox.delivered)
        outbox.release_held()
        return tuple(outbox.delivered[before:])

    def held(self, call_sid: str) -> tuple[Callback, ...]:
        """List the callbacks that the scenario held back."""
        return self._outboxes[call_sid].held

    def send_again(self, account: Account, delivery: Delivery | Callback, **changed: str) -> Delivery:
        """Send a delivery once more, or what was held back, as it was or with other values in it."""
        return self._courier(account).send(delivery.event, delivery.url, {**delivery.params, **changed})

    def _call_out(self, entry: CallEntry, account: Account, params: Mapping[str, str]) -> None:
        nobody = Scenario.model_validate({**_NOBODY, "from": entry.from_, "to": entry.to})
        scenario, agent = self._expected.get(entry.to, (nobody, None))
        leg = self._leg(entry, scenario, account)
        leg.agent, leg.fallback_url = agent, params.get("FallbackUrl")
        if pick_up(leg, params):
            self._run(leg, params["Url"], params)
        else:
            self._keep(leg, entry.status)

    def _called(self, company: Company, entry: CallEntry, params: Mapping[str, str]) -> CalledLeg:
        """Make a leg that belongs to a call: it shares what that call sends and tells, not what it hears."""
        host = company.host
        leg = self._leg(entry, host.scenario, host.live.account)
        leg.outbox, leg.courier, leg.is_called = host.outbox, host.courier, True
        leg.person = person_of(host.scenario.person_at(entry.to) or host.scenario.callee or Callee())
        leg.fallback_url = params.get("FallbackUrl")
        host.other_legs.append(entry)
        return CalledLeg(leg=leg, params=params, pick_up=pick_up, end=self._end_called)

    def _end_called(self, leg: Leg, params: Mapping[str, str]) -> None:
        self._end(leg, params)
        self._keep(leg, "called")

    def _entry(self, account: Account, *, from_: str, to: str, direction: str) -> CallEntry:
        return CallEntry(
            sid=new_sid("CA"),
            account_sid=account.sid,
            from_=from_,
            to=to,
            direction=direction,
            status="queued",
            created_at=self._ledger.now(),
        )

    def _courier(self, account: Account) -> Courier:
        return self._couriers.setdefault(id(account), Courier(account))

    def _leg(self, entry: CallEntry, scenario: Scenario, account: Account) -> Leg:
        courier = self._courier(account)
        outbox = Outbox(courier, scenario.callbacks)
        live = LiveCall(
            ledger=self._ledger, account=account, call_sid=entry.sid, started_at=entry.created_at, post=outbox.add
        )
        live.encryption, live.is_order_reversed = scenario.encryption, scenario.is_channel_order_reversed
        live.recording_host = scenario.recording_host
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
            wait=lambda: self.wait(),
        )

    def _run(self, leg: Leg, url: str, params: Mapping[str, str]) -> PlayedCall:
        leg.company = Company(host=leg, make=lambda number: self._stranger(leg, number))
        self._companies[leg.entry.sid] = leg.company
        for source in leg.scenario.recorded_by:
            record_elsewhere(leg, source)
        ended_by = "twiml"
        try:
            verbs = leg.fetch(url, params.get("Method", "POST"))
            leg.entry.status = "in-progress"
            run(leg, verbs)
        except CallEnds as end:
            ended_by = end.by
        self._end(leg, params)
        del self._companies[leg.entry.sid]
        leg.company.disperse()
        leg.outbox.finish()
        return self._keep(leg, ended_by)

    def _stranger(self, host: Leg, number: str) -> CalledLeg:
        entry = self._entry(host.live.account, from_=number, to=host.entry.to, direction="inbound")
        entry.to = number
        if host.company is None:
            raise ValueError("nobody can come into a call without company")
        return self._called(host.company, entry, {})

    def _end(self, leg: Leg, params: Mapping[str, str]) -> None:
        leg.entry.status = "completed"
        leg.entry.ended_at = leg.live.at(leg.live.now_s)
        leg.live.complete_recordings()
        tell(leg, {**params, "StatusCallbackEvent": "completed"}, "completed")

    def _keep(self, leg: Leg, ended_by: str) -> PlayedCall:
        with self._ledger.lock:
            sids = {leg.entry.sid, *leg.live.trunk_sids, *(other.sid for other in leg.other_legs)}
            recordings = [r for r in self._ledger.recordings.values() if r.call_sid in sids]
        played = PlayedCall(
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
            others=tuple(self.played[other.sid] for other in leg.other_legs if other.sid in self.played),
        )
        self.played[leg.entry.sid] = played
        return played
