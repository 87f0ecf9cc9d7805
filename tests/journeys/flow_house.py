"""The product as flows meet it: the real web app on a port, a real database, the real way to Twilio, a small worker.

Time is the stand-in's: a call carries the clock with it, so that what Twilio says of a moment and what the product
notes of it are one and the same. The worker settles consent, and refuses or captures, as the durable line does; what
comes after needs models.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import select
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipeline.bootstrap import recordings_of, telephony_of, twilio_line
from pipeline.model.consent import standings
from pipeline.model.ids import TenantId
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.settings import read_settings
from pipeline.steps.capture import capture
from pipeline.steps.context import StepContext
from pipeline.steps.delete_vendor_copy import delete_vendor_copy
from pipeline.steps.refuse import refuse
from pipeline.steps.settle_consent import settle_consent
from pipeline.store.calls import find_call_by_sid
from pipeline.store.consents import list_consents
from pipeline.store.numbers import mark_armed
from pipeline.store.policy_versions import keep_first
from pipeline.store.recordings import get_recording, read_facts
from pipeline.store.session import Database
from pipeline.store.tables import recordings
from pipeline.store.tenants import add_tenant, get_tenant
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from samples.flow import DESK, Flow, Outage
from samples.scenario import Scenario
from samples.twilio_standin import Account, NumberUrls, PlayedCall, Standin, tenant_urls
from samples.twilio_standin.ledger import Ledger, RecordingEntry
from samples.twilio_standin.leg import AgentApi
from tests.builders import put_on_file
from tests.databases import Databases
from tests.fakes import NotedQueue
from tests.pipeline.policies.variants import listing_relay
from tests.pipeline.workflows.house_of_fakes import scripted_context
from webhooks.app import create_app
from webhooks.tenancy import WebContext

PATIENCE_S = 2.0
RETRY = "#rc=2&rp=5xx,ct,rt"
_TOPOLOGIES = {
    "relay": Topology.RELAY,
    "forwarded": Topology.FORWARD,
    "conference": Topology.CONFERENCE,
    "voicemail": Topology.VOICEMAIL,
}


@dataclass(frozen=True, slots=True)
class LedgerClock:
    """The stand-in's time."""

    ledger: Ledger

    def now(self) -> datetime:
        return self.ledger.now()


class Door:
    """The app, or what stands where it should be while it is out of order."""

    def __init__(self, app: Any, without_database: Any) -> None:
        self._app, self._without_database = app, without_database
        self.outages: tuple[Outage, ...] = ()
        self._busy = 0

    def wait(self) -> None:
        """Wait until the app has done what follows its answers, or a while: it may be trying something again."""
        give_up = time.monotonic() + PATIENCE_S
        while self._busy and time.monotonic() < give_up:
            time.sleep(0.002)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._busy += 1
        try:
            await self._answer(scope, receive, send)
        finally:
            self._busy -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = str(scope.get("path", "")).rsplit("/", 1)[-1]
        outage = next((o for o in self.outages if o.at in ("*", route)), None)
        if outage is None:
            await self._app(scope, receive, send)
        elif outage.kind == "database":
            await self._without_database(scope, receive, send)
        else:
            await Response(status_code=502)(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A flow that was played: what the product did, what Twilio has, what ingest said."""

    flow: Flow
    owner: Tenant
    account: Account
    call: PlayedCall
    listed: tuple[str, ...]
    """Recordings that Twilio listed when the call was over, deleted ones too."""
    recordings: tuple[Recording, ...]
    """As they stand after ingest, oldest first."""
    facts: tuple[dict[str, Any], ...]
    consent: dict[str, dict[str, str]]
    tokens: tuple[str, ...]
    kept_at_twilio: tuple[str, ...]


@dataclass(kw_only=True)
class FlowHouse:
    """All of it, for as many flows as are wanted."""

    twilio: Standin
    base: str
    door: Door
    context: WebContext
    steps: StepContext
    queue: NotedQueue
    accounts: dict[str, Account] = field(default_factory=dict)

    def play(self, flow: Flow) -> Ended:
        """Play a flow and take what was recorded in."""
        owner = self.take_on(flow)
        call = self.call(flow, owner)
        listed = self.list_at_twilio(owner, call, with_deleted=True)
        self.work_off()
        return self.look(flow, owner, call, listed)

    def take_on(self, flow: Flow) -> Tenant:
        """Take a tenant on as the flow has it."""
        chosen: dict[str, Any] = {"is_recording_on": True, "is_transcription_on": True} | dict(flow.tenant)
        topology = _TOPOLOGIES.get(flow.scenario.topology, Topology.AGENT)
        secrets = TenantSecrets(
            auth_token=uuid.uuid4().hex,
            agent_url="wss://agent.example.invalid/stream",
            forward_to=(flow.scenario.callee.number if flow.scenario.callee else DESK),
        )
        made = Tenant(
            id=TenantId(flow.name),
            display_name="Acme",
            policy_id=flow.policy,
            account_sid="AC" + uuid.uuid5(uuid.NAMESPACE_DNS, flow.name).hex,
            settings=TenantSettings(**({"topology": topology} | _read(chosen))),
            secrets=secrets,
            api_key_sha256=hashlib.sha256(flow.name.encode()).hexdigest(),
        )
        keys = self.context.keys
        keys.create_tenant_key(made.id)
        with self.context.database.transaction(made.id) as tx:
            add_tenant(tx, made, keys=keys, actor="test")
            put_on_file(tx)
            if made.settings.topology is Topology.RELAY:
                keep_first(tx, listing_relay(made.policy_id))
            if flow.armed:
                number = flow.scenario.from_ if flow.scenario.topology == "outbound" else flow.scenario.to
                mark_armed(tx, number, keys=keys)
            owner = get_tenant(tx, keys=keys)
        self.accounts[flow.name] = self.twilio.add_account(
            Account(sid=owner.account_sid or "", auth_token=owner.secrets.auth_token)
        )
        return owner

    def owner(self, name: str) -> Tenant:
        """Read a tenant that was taken on."""
        with self.context.database.transaction(TenantId(name)) as tx:
            return get_tenant(tx, keys=self.context.keys)

    def call(self, flow: Flow, owner: Tenant) -> PlayedCall:
        """Play the call, in or out."""
        self.door.outages = flow.outages
        try:
            if flow.scenario.topology == "outbound":
                return self._call_out(flow.scenario, owner)
            agent = AgentApi(base=self.base, key=flow.name)
            return self.twilio.player.play(flow.scenario, self.accounts[flow.name], self.urls(owner), agent=agent)
        finally:
            self.door.outages = ()
            self.twilio.ledger.faults.clear()

    def urls(self, owner: Tenant) -> NumberUrls:
        """A number's addresses as arming sets them."""
        plain = tenant_urls(self.base, owner.id)
        return replace(plain, voice=plain.voice + RETRY, fallback=f"{plain.fallback}{RETRY}")

    def post(self, owner: Tenant, path: str, body: dict[str, Any]) -> httpx.Response:
        """Ask the product's API as the tenant's software does."""
        headers = {"Authorization": f"Bearer {owner.id}"}
        return httpx.post(f"{self.base}/api/v1/{path}", json=body, headers=headers, timeout=15)

    def list_at_twilio(self, owner: Tenant, call: PlayedCall, *, with_deleted: bool) -> tuple[str, ...]:
        """List the account's recordings over Twilio's own REST."""
        url = f"{self.twilio.url}/2010-04-01/Accounts/{owner.account_sid}/Recordings.json"
        query = {"PageSize": "1000", "IncludeSoftDeleted": str(with_deleted).lower()}
        rows = httpx.get(url, params=query, auth=(owner.account_sid or "", owner.secrets.auth_token)).json()
        return tuple(row["sid"] for row in rows["recordings"])

    def entries(self, ended: Ended) -> list[RecordingEntry]:
        """What the stand-in knows of the recordings that were listed, oldest first."""
        found = [self.twilio.ledger.recordings[sid] for sid in ended.listed]
        return sorted(found, key=lambda entry: (entry.started_at, entry.sid))

    def work_off(self) -> None:
        """Settle, and refuse or capture, everything that was enqueued."""
        while self.queue.enqueued:
            tenant, recording = self.queue.enqueued.pop(0)
            settled = settle_consent(self.steps, tenant, recording)
            reason = None if settled["is_authorised"] else settled["reason"]
            if reason is None:
                captured = capture(self.steps, tenant, recording)
                reason = None if captured.get("is_permitted", True) else captured["reason"]
            if reason is None:
                delete_vendor_copy(self.steps, tenant, recording)
            else:
                refuse(self.steps, tenant, recording, reason)

    def look(self, flow: Flow, owner: Tenant, call: PlayedCall, listed: tuple[str, ...]) -> Ended:
        """See where everything stands."""
        with self.context.database.transaction(owner.id) as tx:
            ids = [row[0] for row in tx.connection.execute(select(recordings.c.id))]
            found = sorted((get_recording(tx, id) for id in ids), key=lambda r: (str(r.started_at), r.recording_sid))
            facts = tuple(dict(read_facts(tx, recording.id)) for recording in found)
            known = find_call_by_sid(tx, call.call_sid)
            stands = standings(list_consents(tx, known.id)) if known else ()
        consent: dict[str, dict[str, str]] = {}
        for stand in stands:
            who = stand.leg_role.value if stand.ordinal == 1 else f"{stand.leg_role.value}{stand.ordinal}"
            consent.setdefault(who, {})[stand.purpose.value] = stand.outcome.value
        return Ended(
            flow=flow,
            owner=owner,
            account=self.accounts[flow.name],
            call=call,
            listed=listed,
            recordings=tuple(found),
            facts=facts,
            consent=consent,
            tokens=known.tokens if known else (),
            kept_at_twilio=self.list_at_twilio(owner, call, with_deleted=False),
        )

    def _call_out(self, scenario: Scenario, owner: Tenant) -> PlayedCall:
        self.twilio.player.expect(scenario, agent=AgentApi(base=self.base, key=owner.id))
        answer = self.post(owner, "calls", {"to": scenario.to, "from": scenario.from_})
        assert answer.status_code in (200, 201, 202), answer.text
        self.twilio.join()
        return self.twilio.player.played[answer.json()["call_sid"]]


@contextmanager
def open_flow_house(postgres: EmbeddedPostgres, databases: Databases, folder: Path) -> Iterator[FlowHouse]:
    """Open the house on a database of its own."""
    with ExitStack() as stack:
        name = stack.enter_context(databases.one())
        twilio = stack.enter_context(Standin())
        twilio.ledger.lead()
        clock = LedgerClock(twilio.ledger)
        database = Database(postgres.url(name, user="earmark_app"), clock=clock)
        stack.callback(database.close)
        down = Database("postgresql+psycopg://nobody@127.0.0.1:9/none", clock=clock)
        stack.callback(down.close)
        settings = read_settings(data_dir=folder, log_level="error", twilio={"api_base": twilio.url})
        line = twilio_line(settings)
        steps = replace(
            scripted_context("", folder, database=database), clock=clock, vendor=recordings_of(settings, line)
        )
        queue = NotedQueue()
        listener = socket.create_server(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        context = WebContext(
            database=database,
            objects=steps.vault.objects,
            keys=steps.vault.keys,
            queue=queue,
            recordings=recordings_of(settings, line),
            telephony=telephony_of(settings, line),
            clock=clock,
            public_base=base,
        )
        door = Door(create_app(context), create_app(replace(context, database=down)))
        stack.enter_context(_serving(door, listener))
        twilio.player.wait = door.wait
        yield FlowHouse(twilio=twilio, base=base, door=door, context=context, steps=steps, queue=queue)


@contextmanager
def _serving(app: Any, listener: Any) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    ready = threading.Event()
    while not server.started:
        ready.wait(0.01)
    yield
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


def _read(chosen: dict[str, Any]) -> dict[str, Any]:
    """Read settings as YAML has them: lists are tuples, names of choices are choices."""
    from pipeline.model.tenant import OnDecline

    read = {name: tuple(value) if isinstance(value, list) else value for name, value in chosen.items()}
    if "on_decline" in read:
        read["on_decline"] = OnDecline(read["on_decline"])
    return read
