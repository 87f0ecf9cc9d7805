"""The app through its ASGI door, and a Twilio that signs what it posts."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from twilio.request_validator import RequestValidator

from pipeline.decisions.wordings import set_wording
from pipeline.model.consent import Outcome, Purpose, standings
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings, Topology
from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptId
from pipeline.store.calls import find_call_by_sid
from pipeline.store.consents import list_consents
from pipeline.store.numbers import mark_armed
from pipeline.store.policy_versions import keep_first
from pipeline.store.session import Database
from pipeline.store.tenants import add_tenant, find_tenant, get_tenant
from tests.builders import put_on_file
from tests.fakes import NotedQueue, NotedRecordings, NotedTelephony
from tests.pipeline.policies.variants import listing_relay
from webhooks.app import create_app
from webhooks.tenancy import WebContext

BASE = "https://earmark.example.com"
NEW_YORK = "+12125550142"
DENVER = "+13035550100"
WITHHELD = "+266696687"
AGENT = "wss://agent.example.com/stream"
DESK = "+13035550188"
API_KEY = "ek_test_key"
NEW_WORDS = "Thank you for your patience."


def reword(stage: Stage, owner: Tenant, script: ScriptId) -> None:
    """Have a tenant put other words in force for a script."""
    ours = " ".join(load_scripts("en-US").scripts[script].text.split())
    with stage.context.database.transaction(owner.id) as tx:
        set_wording(tx, owner, script.value, "en-US", wording=f"{ours} {NEW_WORDS}", actor="test")


class Twilio:
    """Posts signed forms for one call, and reads the documents it is answered."""

    def __init__(self, client: TestClient, owner: Tenant, call_sid: str = "") -> None:
        self.client, self.owner = client, owner
        self.call_sid = call_sid or "CA" + secrets.token_hex(16)
        self.documents: list[str] = []

    def form(self, **fields: str) -> dict[str, str]:
        return {
            "AccountSid": self.owner.account_sid or "",
            "CallSid": self.call_sid,
            "ApiVersion": "2010-04-01",
        } | fields

    def post(self, target: str, fields: dict[str, str], *, token: str = "", base: str = BASE):
        """Post a form to a path or an address of a document, signed over the address without its fragment."""
        parts = urlsplit(target)
        path = urlunsplit(("", "", parts.path, parts.query, ""))
        validator = RequestValidator(token or self.owner.secrets.auth_token)
        signature = validator.compute_signature(base + path, fields)
        return self.client.post(path, data=fields, headers={"X-Twilio-Signature": signature})

    def document(self, target: str, **fields: str) -> ElementTree.Element:
        """Fetch a document as Twilio does, keep it, and parse it."""
        answer = self.post(target, self.form(**fields))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        self.documents.append(answer.text)
        return ElementTree.fromstring(answer.text)

    def path(self, route: str) -> str:
        return f"/twilio/{self.owner.id}/{route}"

    def ring(self, caller: str = NEW_YORK, **fields: str) -> ElementTree.Element:
        """Begin a call."""
        return self.document(
            self.path("voice"),
            **{"From": caller, "To": DENVER, "Direction": "inbound", "CallStatus": "ringing"} | fields,
        )

    def press(self, asked: ElementTree.Element, digits: str) -> ElementTree.Element:
        """Answer the question of a document."""
        gather = asked.find("Gather")
        assert gather is not None
        assert gather.get("finishOnKey") == ""
        assert gather.get("actionOnEmptyResult") == "true"
        return self.document(gather.attrib["action"], Digits=digits)

    def follow(self, announced: ElementTree.Element, digits: str = "") -> ElementTree.Element:
        """Hear an announcement to its end, or press a key in it, and fetch what comes next."""
        gather = announced.find("Gather")
        assert gather is not None
        assert "step=announced" in gather.attrib["action"]
        assert (gather.get("input"), gather.get("timeout")) == ("dtmf", "1")
        return self.press(announced, digits)

    def end(self, status: str = "completed"):
        return self.post(self.path("status"), self.form(CallStatus=status))

    def was_told_to_record(self) -> bool:
        """Say whether any document so far could have started a recorder."""
        return any("<Start" in d or "Recording" in d or "record=" in d for d in self.documents)


class Stage:
    """An app on a database of its own, with the vendor and the queue it was given."""

    def __init__(self, context: WebContext, queue: NotedQueue, recordings: NotedRecordings) -> None:
        self.context, self.queue, self.recordings = context, queue, recordings
        self._known: Twilio | None = None
        self._trainer: Tenant | None = None
        self.client = TestClient(create_app(context), base_url="http://inside:8000", raise_server_exceptions=False)

    def on(self, database: Database, **other: object) -> Stage:
        """The same app on another database, or with another part."""
        given = {f.name: getattr(self.context, f.name) for f in fields(self.context)}
        return Stage(WebContext(**(given | {"database": database} | other)), self.queue, self.recordings)

    @contextmanager
    def refusing_commits(self) -> Iterator[None]:
        """Have the database itself refuse every commit of the app meanwhile."""

        def refuse(_: object) -> None:
            raise IntegrityError("commit", None, Exception())

        event.listen(self.context.database.engine, "commit", refuse)
        yield
        event.remove(self.context.database.engine, "commit", refuse)

    def tenant(self, name: str = "acme", *, policy: str = "nejix", token: str | None = None, **chosen) -> Tenant:
        """Add a tenant that records, with an agent or a desk."""
        is_forwarding = chosen.get("topology") is Topology.FORWARD
        forward_to = chosen.pop("forward_to", DESK if is_forwarding else "")
        agent_url = chosen.pop("agent_url", "" if is_forwarding else AGENT)
        api_key = chosen.pop("api_key", API_KEY if name == "acme" else name)
        made = Tenant(
            id=TenantId(name),
            display_name=name.title(),
            policy_id=policy,
            account_sid="AC" + uuid.uuid5(uuid.NAMESPACE_DNS, name).hex,
            settings=TenantSettings(**({"is_recording_on": True, "is_transcription_on": True} | chosen)),
            secrets=TenantSecrets(
                auth_token=uuid.uuid5(uuid.NAMESPACE_URL, name).hex if token is None else token,
                agent_url=agent_url,
                forward_to=forward_to,
            ),
            api_key_sha256=hashlib.sha256(api_key.encode()).hexdigest(),
        )
        self.context.keys.create_tenant_key(made.id)
        with self.context.database.transaction(made.id) as tx:
            add_tenant(tx, made, keys=self.context.keys, actor="test")
            put_on_file(tx)
            if made.settings.topology is Topology.RELAY:
                keep_first(tx, listing_relay(made.policy_id))
            mark_armed(tx, DENVER, keys=self.context.keys)
            return get_tenant(tx, keys=self.context.keys)

    def call(self, owner: Tenant) -> Twilio:
        return Twilio(self.client, owner)

    def a_known_call(self) -> Twilio:
        """The same announced and recorded call every time it is asked for."""
        if self._known is None:
            self._known = self.call(self.tenant("known"))
            self._known.follow(self._known.ring())
        return self._known

    def a_trainer(self) -> Tenant:
        """The same tenant that asks for training, every time it is asked for."""
        if self._trainer is None:
            self._trainer = self.tenant("trainer", policy="connekz", asks_for_training=True)
        return self._trainer

    def any_tenant(self, name: str, **chosen) -> Tenant:
        """A tenant that is made the first time it is asked for, and is the same after that."""
        with self.context.database.transaction(TenantId(name)) as tx:
            known = find_tenant(tx, keys=self.context.keys)
        return known or self.tenant(name, **chosen)

    def withdraw(self, twilio: Twilio, key: str = API_KEY, **body: str):
        """Have the tenant's agent tell that the caller takes the permission back."""
        target = f"/api/v1/calls/{twilio.call_sid}/withdraw"
        return self.client.post(target, json=body, headers={"Authorization": f"Bearer {key}"})

    def standing(self, twilio: Twilio) -> dict[tuple[str, str], str]:
        """Say where the call's permissions stand: (leg, purpose) to outcome."""
        with self.context.database.transaction(twilio.owner.id) as tx:
            call = find_call_by_sid(tx, twilio.call_sid)
            events = list_consents(tx, call.id) if call else ()
        return {(s.leg_role.value, s.purpose.value): s.outcome.value for s in standings(events)}

    def record_standing(self, twilio: Twilio) -> str | None:
        return self.standing(twilio).get(("caller", Purpose.RECORD.value))


@pytest.fixture
def stage(database, keys, vault, clock) -> Iterator[Stage]:
    queue, recordings = NotedQueue(), NotedRecordings()
    context = WebContext(
        database=database,
        objects=vault.objects,
        keys=keys,
        queue=queue,
        recordings=recordings,
        telephony=NotedTelephony(),
        clock=clock,
        public_base=BASE,
    )
    made = Stage(context, queue, recordings)
    yield made
    made.client.close()


GRANTED, DECLINED = Outcome.GRANTED.value, Outcome.DECLINED.value
