"""Nobody of one tenant learns of another's things: every route, every role, every key, every id of the other's.

What is asked for by an id of the other tenant is answered as what exists nowhere is: the same status, headers and
bytes, after as many statements of the database. Time is not measured; statements are what it is made of.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from twilio.request_validator import RequestValidator

from pipeline.decisions.api_keys import make_key
from pipeline.model.api_key import Scope
from pipeline.model.ids import new_id
from pipeline.model.tenant import Tenant
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.session import Database
from pipeline.store.users import list_users
from pipeline.store.web_sessions import end_sessions
from pipeline.vendors.key_file import FileKeys
from tests.conftest import APP_ROLE, MovableClock, make_tenant
from tests.filled_tenant import CANARIES, OWNER, Filled, fill
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.webhooks.api.test_api import BODIES
from tests.webhooks.crawling import Answer, Door, Way, ways

CLOSED: Final = (401, 403, 404)
FORM: Final[Mapping[str, Any]] = {
    "version": "1", "kind": "not_personal", "code": "company", "reason": "x", "move": "claim", "type": "PIN",
    "start": "0:05", "end": "0:05.1", "agrees": "true", "allows": "true", "purpose": "fraud", "finding": "",
    "hours": "1", "act": "finish", "answer": "activate", "revision": "1", "roles": "reviewer",
    "event": "recording.published",
}  # fmt: skip
"""Fields of every form at once, so that what is refused is not refused for a field."""
JSON: Final[Mapping[str, Mapping[str, Any]]] = {
    "child-signal": {"age": 12},
    "participants": {"to": "+12125550177"},
    "transfer": {"to": "+12125550177"},
    "{endpoint}": {"events": ["recording.published"]},
    **BODIES,
}
"""What routes of the API are sent, by the last of their words that stands here; others are sent an empty object."""

PUBLIC: Final = ("/subjects/{tenant}",)
"""Anybody may ask there, signed in or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody of the other tenant, or nobody."""

    name: str
    headers: Mapping[str, str]
    csrf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """Two tenants, the app, and who asks."""

    house: Filled
    third: Tenant
    """One more tenant, whose telephone account asks for calls: it then has calls of these names itself."""
    door: Door
    ways: list[Way]
    actors: list[Actor]
    nowhere: dict[str, str]
    refusals: list[Any] = field(default_factory=list)
    """How what is nowhere was refused, once for every way of refusing it."""


@pytest.fixture(scope="module")
def database(postgres, databases) -> Iterator[Database]:
    """One for the whole file."""
    with databases.one() as name:
        opened = Database(postgres.url(name, user=APP_ROLE), clock=MovableClock())
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def crawl(database, tmp_path_factory) -> Crawl:
    folder = tmp_path_factory.mktemp("crawl")
    keys = FileKeys(folder / "keys")
    owner = make_tenant(database, keys, "canaryco", topology="voicemail")
    other = make_tenant(database, keys, "other", topology="voicemail")
    house = fill(Line(context=scripted_context("", folder, database=database), owner=owner, folder=folder))
    app = house.app
    return Crawl(
        house=house,
        third=make_tenant(database, keys, "third", topology="voicemail"),
        door=Door(app, database, base=house.context.public_base),
        ways=ways(app),
        actors=list(_actors(house, other)),
        nowhere={name: _nowhere(name, id) for name, id in house.ids.items()},
    )


def _actors(house: Filled, other: Tenant) -> Iterator[Actor]:
    yield Actor(name="nobody", headers={})
    for login, roles in (*((role.value, (role,)) for role in Role), ("everything", tuple(Role)), ("gone", tuple(Role))):
        seat = house.seat(login, *roles, tenant=other)
        yield Actor(name=login, headers={"cookie": seat.cookie}, csrf=seat.csrf)
    with house.context.database.transaction(other.id) as tx:
        end_sessions(tx, next(user for user in list_users(tx) if user.login == "gone"))
        for scopes in ([scope] for scope in Scope):
            made = make_key(tx, "one", scopes, lasts=timedelta(days=1), actor="test")
            yield Actor(name=f"key {scopes[0]}", headers={"authorization": f"Bearer {made.text}"})
        made = make_key(tx, "all", list(Scope), lasts=timedelta(days=1), actor="test")
        yield Actor(name="key", headers={"authorization": f"Bearer {made.text}"})


def _nowhere(name: str, id: str) -> str:
    """Give an id of the same form that nobody has. Where something is within what is named before it, it stays."""
    if re.fullmatch(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}", id):
        return new_id(id.partition("_")[0])
    made = {
        "calls/call_sid": "CA" + secrets.token_hex(16),
        "sessions/session": hashlib.sha256(b"none").hexdigest(),
        "requests/token": secrets.token_urlsafe(24),
        "users/login": "nobodyhere",
        "policy/version": "2027-01-nobody",
        "versions/version": "2027-01-nobody",
        "matters/matter": "m-nobody",
        "findings/key": id,
        "twilio/tenant": "nowhere",
        "subjects/tenant": "other",
    }
    return made[name]


def masked(answer: Answer, id_path: str) -> tuple[Any, ...]:
    """Give what must be the same: without nonces, and without what was asked for itself."""
    said = {name: value for name, value in answer.headers.items() if not name.startswith("ratelimit-")}
    text = answer.body.decode("latin-1") + "\n" + repr(sorted(said.items()))
    text = re.sub(r"(nonce[-=]\"?|name=\"csrf\" value=\")[\w+/=-]+", r"\1", text)
    return answer.status, text.replace(id_path, "<path>")


def is_closed(answer: Answer) -> bool:
    """Say whether an answer gives nothing."""
    is_sent_away = answer.status == 303 and answer.headers["location"].startswith("/sign-in?next=")
    return answer.status in CLOSED or is_sent_away or answer.headers.get("location", "").startswith("/review")


async def both(crawl: Crawl, way: Way, actor: Actor) -> str:
    """Ask for the other's and for what is nowhere; gives what differs."""
    theirs = crawl.house.ids | {"subjects/tenant": "other"}
    body, is_api = None, way.path.startswith("/api/")
    if way.method != "GET":
        form = {**FORM, "csrf": actor.csrf, "finding": theirs["findings/key"]}
        words = way.path.split("/")
        named = [JSON[word] for word in reversed(words) if word in JSON and (word, words[3]) != ("withdraw", "calls")]
        body = next(iter(named), {}) if is_api else form
    what, is_known = f"{actor.name}: {way.method} {way.path}", way.path.startswith("/twilio/")
    seen: list[Any] = []
    for _attempt in range(3):
        seen = []
        for ids in (theirs, crawl.nowhere):
            path = way.at(ids)
            target = f"{path}?reason=x&old=1&new=2" if is_api else path
            found = await crawl.door.ask(way.method, target, body=body, **actor.headers)
            seen.append((masked(found, path), found.statements))
            may_reach = actor.name == ("key" if is_api else "everything") and not is_known
            if not is_closed(found) or (may_reach and found.status != 404 and not way.path.endswith(("/arm", "/next"))):
                return f"{what} gives {found.status}"
            if found.status == 403 and seen[-1] in crawl.refusals:
                return ""  # byte for byte how somebody without the role was refused what is nowhere
        if seen[0] == seen[1] or is_known:
            crawl.refusals.append(seen[1])
            return ""
    return f"{what} differs: {seen}"


async def crawled(crawl: Crawl) -> list[str]:
    """Ask for everything that is named in a path as everybody; keys of one scope come to the API alone."""
    return [
        found
        for way in crawl.ways
        for actor in crawl.actors
        if way.wants and way.path not in PUBLIC
        if way.path.startswith("/api/") or not actor.name.startswith("key ")
        if (found := await both(crawl, way, actor))
    ]


def test_what_another_tenant_has_is_answered_as_what_exists_nowhere(crawl):
    with crawl.house.line.tx() as tx:
        before = len(list(list_events(tx)))
    found = asyncio.run(crawled(crawl))
    assert not found, "\n".join(found)
    with crawl.house.line.tx() as tx:
        assert len(list(list_events(tx))) == before, "something was read or written"


def test_no_page_tells_of_another_tenant(crawl):
    theirs = [id.encode() for name, id in crawl.house.ids.items() if name not in ("findings/key", "twilio/tenant")]
    told, seen = [], 0

    async def read() -> None:
        nonlocal seen
        for way in crawl.ways:
            for actor in crawl.actors:
                is_api = way.path.startswith("/api/") or not actor.name.startswith("key ")
                if way.method == "GET" and is_api and (not way.wants or way.path in PUBLIC):
                    found = await crawl.door.ask("GET", way.at({"subjects/tenant": "other"}), **actor.headers)
                    told.extend((actor.name, way.path, w) for w in (*CANARIES, *theirs) if w in found.body)
                    seen += found.status == 200

    asyncio.run(read())
    assert told == []
    assert seen > 100


@pytest.mark.parametrize(
    ("method", "target", "form"),
    [
        ("GET", "/review?search={?search}", None),
        ("GET", "/review/bulk?type=PERSON&recordings={recordings/recording}", None),
        ("GET", "/operations/requests?after={requests/name}", None),
        ("GET", "/operations/deletions?after={deletions/purge}", None),
        ("GET", "/review/second?after={changes/change}", None),
        ("GET", "/review/quality/disputes?after={disputes/sample}", None),
        ("POST", "/operations/holds", {"matter": "m-1", "scope": "recording", "subject": "{recordings/recording}"}),
        ("POST", "/operations/matters/close", {"matter": "m-canary"}),
        ("POST", "/review/bulk", {"type": "PERSON", "digest": "0", "recordings": "{recordings/recording}"}),
        ("POST", "/settings/twilio/numbers", {"number": "{numbers/id}"}),
        ("POST", "/settings/simulator", {"recording": "{recordings/recording}", "past": "{calls/call_sid}"}),
        ("POST", "/api/v1/subject-requests", {"kind": "access", "number": "+12125550100"}),
    ],
)
def test_nor_is_it_found_by_what_is_named_beside_the_path(crawl, method, target, form):
    actor = next(a for a in crawl.actors if a.name == ("key" if target.startswith("/api/") else "everything"))

    async def asked(ids: Mapping[str, str]) -> tuple[Any, ...]:
        def filled(text: str) -> str:
            return re.sub(r"\{([\w?/-]+)\}", lambda found: ids[found[1]], text)

        body = form and {**FORM, "csrf": actor.csrf, **{name: filled(value) for name, value in form.items()}}
        if target.startswith("/api/"):
            body = form
        found = await crawl.door.ask(method, filled(target), body=body, **actor.headers)
        assert not any(word in found.body.replace(b"m-canary", b"") for word in CANARIES)
        text = re.sub(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}", "<id>", repr(masked(found, "-")))
        return text, found.statements

    async def twice() -> None:
        await asked(crawl.nowhere)
        assert await asked(crawl.house.ids) == await asked(crawl.nowhere)

    asyncio.run(twice())


def test_signed_by_another_account_nothing_is_known_of_a_call(crawl):
    twilio = [way for way in crawl.ways if "twilio/tenant" in way.wants]

    async def said(way: Way, ids: Mapping[str, str]) -> tuple[Any, ...]:
        form = {
            "AccountSid": crawl.third.account_sid or "", "CallSid": ids["calls/call_sid"], "CallStatus": "completed",
            "From": "+12125550142", "To": "+12125550101", "Direction": "inbound", "Digits": "1",
        }  # fmt: skip
        path = way.at({"twilio/tenant": "third"})
        signed = RequestValidator(crawl.third.secrets.auth_token).compute_signature(
            crawl.house.context.public_base + path, form
        )
        found = await crawl.door.ask("POST", path, body=form, x_twilio_signature=signed)
        assert found.status not in (403, 500)
        return masked(found, path)[0], found.body.replace(ids["calls/call_sid"].encode(), b"<call>")

    async def every() -> None:
        for way in twilio:
            assert await said(way, crawl.house.ids) == await said(way, crawl.nowhere), way.path

    asyncio.run(every())


def test_to_its_own_people_all_of_it_is_there(crawl):
    seat = crawl.house.seat(OWNER)
    told = []

    async def read() -> None:
        for way in crawl.ways:
            if way.method == "GET" and way.wants and not way.path.startswith(("/api/", "/subjects/")):
                found = await crawl.door.ask("GET", way.at(crawl.house.ids), cookie=seat.cookie)
                told.append((found.status, way.path, any(word in found.body for word in CANARIES)))

    asyncio.run(read())
    closed = [path for status, path, _ in told if status != 200]
    sent_on = ("/operations/downloads/{recording}/", "/review/recordings/{recording}/next")
    assert closed == [path for path in closed if path.startswith(sent_on)], "announced"
    assert sum(is_told for *_, is_told in told) > 5
