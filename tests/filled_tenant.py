"""A tenant with one of everything that a route of the web application can be asked for, and the ids of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from fastapi import FastAPI

from pipeline.decisions import holds, legal, reveals, settings_drafts
from pipeline.decisions.api_keys import make_key
from pipeline.decisions.batches import apply_batch
from pipeline.decisions.corrections import Saying
from pipeline.decisions.matters import open_matter
from pipeline.decisions.review_queue import look_for, save_search
from pipeline.decisions.webhooks import register_endpoint, send_test
from pipeline.intake.open_request import Ask, open_request
from pipeline.model.api_key import Scope
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.legal import LegalDemand, LegalKind, LegalWords
from pipeline.model.outgoing import EventKind
from pipeline.model.queue_item import QueueFilter
from pipeline.model.recording import Recording
from pipeline.model.reveal import RevealPurpose
from pipeline.model.review import ChangeKind, FindingFilter
from pipeline.model.settings_draft import DraftChanges
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails
from pipeline.model.tenant import Tenant
from pipeline.model.user import Role, User
from pipeline.policies.loader import load_bundle
from pipeline.reads.findings import preview_batch
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.context import shelf_of
from pipeline.steps.fail import fail
from pipeline.steps.purge import purge_recording
from pipeline.store.calls import get_call
from pipeline.store.numbers import list_numbers
from pipeline.store.policy_versions import add_version, keep_first
from pipeline.store.reasons import seal_reason
from pipeline.store.users import add_user, list_users
from pipeline.store.web_sessions import digest_of, open_session
from pipeline.workflows.subject import answer_request
from tests.corrections import NAME, change, finding, published, reviewer
from tests.disposal import end
from tests.fakes import NotedQueue, NotedRecordings, NotedTelephony
from tests.line import Line
from tests.pipeline.policies.variants import variant
from tests.pipeline.steps.asking import CALLER, WHOLE, asked
from tests.quality import read_as, sample_of, set_to, taken
from webhooks.app import create_app
from webhooks.pages.who import cookie_name, csrf_of
from webhooks.tenancy import WebContext

OWNER = "canaryowner"
CANARIES = (b"canary", b"5551234", CALLER[2:].encode())
"""What stands somewhere in the tenant's data, in the clear or sealed; a page of another tenant has none of it."""
ANNOUNCED = variant(
    load_bundle("nejix"), {"download/kinds": ["export"]}, version="2027-01-canary", effective=date(2027, 1, 1)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody's open session."""

    cookie: str
    csrf: str


@dataclass(kw_only=True)
class Filled:
    """The tenant, the app before it, and what can be named in a path: by the segment before it and its parameter."""

    line: Line
    context: WebContext
    queue: NotedQueue
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> FastAPI:
        """The web application."""
        return create_app(self.context)

    def seat(self, login: str, *roles: Role, tenant: Tenant | None = None) -> Seat:
        """Sign somebody in."""
        owner = (tenant or self.line.owner).id
        with self.context.database.transaction(owner) as tx:
            known = next((one for one in list_users(tx) if one.login == login), None)
            user = known or add_user(tx, login, frozenset(roles), password_hash=None, locale="en", actor="test")
            token = open_session(tx, user, method="local")
        return Seat(
            cookie=f"{cookie_name(self.context)}={owner}.{token}", csrf=csrf_of(self.context, owner, digest_of(token))
        )


def web_context(line: Line, queue: NotedQueue, **more) -> WebContext:
    """The app's parts over a line's."""
    vault = line.context.vault
    given = {
        "database": vault.database, "objects": vault.objects, "keys": vault.keys, "queue": queue,
        "recordings": NotedRecordings(), "telephony": NotedTelephony(), "clock": vault.database._clock,
        "public_base": "https://earmark.example.com",
    }  # fmt: skip
    return WebContext(**(given | more))


def fill(line: Line, **more) -> Filled:
    """Do, in one tenant, everything of which something stays that can be named."""
    queue = NotedQueue()
    house = Filled(line=line, context=web_context(line, queue, **more), queue=queue)
    set_to(line, second=10_000)
    recording = published(line)
    assess_risk(line.context, line.owner.id, recording.id)
    with line.tx() as tx:
        call = get_call(tx, recording.call)
        user = add_user(tx, OWNER, frozenset(Role), password_hash=None, locale="en", actor="test")
    house.ids |= {"recordings/recording": recording.id, "queue/recording": recording.id,
                  "downloads/recording": recording.id,
                  "calls/call_sid": call.call_sid, "users/login": OWNER, "provider/login": OWNER,
                  "twilio/tenant": line.owner.id, "subjects/tenant": line.owner.id}  # fmt: skip
    for part in (_reviewed, _measured, _operated, _asked, _set_up):
        part(house, recording, user)
    return house


def _reviewed(house: Filled, recording: Recording, user: User) -> None:
    line, by = house.line, reviewer(house.line, OWNER)
    keys, vault, tenant = line.context.vault.keys, line.context.vault, line.owner.id
    name = finding(line, recording)
    same = FindingFilter(type=EntityType.PHONE_NUMBER)
    decided = line.artifact(recording, ArtifactKind.RECORDING_REDACTED).id
    found = preview_batch(vault, tenant, same, actor=by.actor).findings
    with line.tx() as tx:
        asked_for = reveals.ask_reveal(
            tx, name.place, purpose=RevealPurpose.FRAUD, reason="canary: is it one person", by=by
        )
        reveals.answer_reveal(tx, asked_for.id, allows=True, actor="user:bob")
        batch = apply_batch(tx, found, Saying(kind=ChangeKind.CONFIRM), filter=same, by=by)
        search = save_search(tx, QueueFilter(entity="PERSON"), name="canary search", keys=keys, actor=by.actor)
        words = look_for(tx, "many thanks", keys=keys, actor=by.actor)
    made = change(line, recording, ChangeKind.NOT_PERSONAL, NAME, due_in_s=3600, reason="canary reason")
    house.ids |= {"findings/key": name.place.key, "changes/change": made.id, "bulk/batch": batch.id,
                  "batches/batch": batch.id,
                  "reveals/reveal": asked_for.id, "searches/search": search, "?search": words,
                  "queue/search": words, "decisions/artifact": decided}  # fmt: skip


def _measured(house: Filled, recording: Recording, user: User) -> None:
    line = house.line
    read_as(line, "user:ada", wrong=(0,))
    read_as(line, "user:ben")
    published(line)
    reading = taken(line, user.actor)
    house.ids |= {"readings/reading": reading.id, "disputes/sample": sample_of(line, recording).id}


def _operated(house: Filled, recording: Recording, user: User) -> None:
    line, stuck, gone = house.line, house.line.record(), house.line.record()
    line.run(fail, stuck, "VendorUnavailable")
    line.context.vault.keep(shelf_of(gone), ArtifactKind.SUMMARY, b"canary words")
    end(line, gone)
    purge = purge_recording(line.context, line.owner.id, gone.id)["purge"]
    keys = line.context.vault.keys
    with line.tx() as tx:
        open_matter(tx, keys, matter="m-canary", title="Canary v Acme", owners=[user.actor], actor=user.actor)
        why = seal_reason(tx, "canary reason", subject="m-canary", act="hold", keys=keys, actor=user.actor)
        held = holds.place(
            tx, line.context.vault, matter="m-canary", scope=("recording", recording.id), actor=user.actor, reason=why
        )
        words = LegalWords(reference="canary 17", authority="canary court", statute="18 U.S.C. 2703(d)")
        scope = (("recording", recording.id),)
        demand = LegalDemand(kind=LegalKind.PROCESS, received_on=tx.now.date(), scope=scope, words=words)
        demanded = legal.open_request(tx, line.context.vault, demand, has_hold=False, actor=user.actor)
        bundle = load_bundle(line.owner.policy_id)
        keep_first(tx, bundle)
        add_version(tx, ANNOUNCED, notice_days=30, actor="test")
    house.ids |= {"stuck/recording": stuck.id, "deletions/purge": purge, "holds/hold": held.id,
                  "legal/demand": demanded.id, "legal-demands/demand": demanded.id,
                  "policy/version": ANNOUNCED.version, "versions/version": ANNOUNCED.version,
                  "matters/matter": "m-canary"}  # fmt: skip


def _asked(house: Filled, recording: Recording, user: User) -> None:
    line, context = house.line, house.line.context
    line.through(line.record(), *WHOLE)
    request = asked(line, RequestKind.ACCESS)
    house.ids["correction/name"] = asked(line, RequestKind.CORRECTION).id
    answer_request(context, line.owner.id, request.id, queue=house.queue)
    who = Identifier(kind=IdentifierKind.NUMBER, value=CALLER)
    ask = Ask(kind=RequestKind.DELETION, details=SubjectDetails(identifiers=(who,), note="canarynote"), channel="page")
    with line.tx() as tx:
        opened = open_request(
            tx, ask, bundle=context.bundles(line.owner.policy_id), matrix=context.law.matrix,
            keys=context.vault.keys, actor="page",
        )  # fmt: skip
    house.ids |= {"requests/name": request.id, "subject-requests/request": request.id, "requests/token": opened.token}


def _set_up(house: Filled, recording: Recording, user: User) -> None:
    line, keys = house.line, house.line.context.vault.keys
    with line.tx() as tx:
        draft = settings_drafts.save_changes(
            tx, DraftChanges(settings={"retention_days": {"recording.original": 30}}), keys=keys, actor=user.actor
        )
        key = make_key(tx, "canary-key", [Scope.CALLS_READ], lasts=timedelta(days=30), actor=user.actor)
        url, kinds = "https://canary.example.com/in", [EventKind.RECORDING_PUBLISHED]
        endpoint = register_endpoint(tx, url, kinds, keys=keys, actor=user.actor)
        delivery = send_test(tx, endpoint.id, keys=keys, queue=house.queue, actor=user.actor)
        number = list_numbers(tx, keys=keys)[0].id
        session = digest_of(open_session(tx, user, method="local"))
    house.ids |= {"drafts/draft": draft.id, "decide/draft": draft.id, "keys/key": key.id,
                  "webhooks/endpoint": endpoint.id, "deliveries/delivery": delivery, "numbers/id": number,
                  "numbers/number": number,
                  "sessions/session": session}  # fmt: skip
