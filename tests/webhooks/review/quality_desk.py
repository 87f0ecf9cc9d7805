"""People who read drawn calls in their browsers, before the real app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from pipeline.model.draw import EVERY
from pipeline.model.ids import TenantId
from pipeline.model.user import Role
from pipeline.store.users import add_user
from pipeline.store.web_sessions import digest_of, open_session
from tests.fakes import NotedQueue, NotedRecordings, NotedTelephony
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.quality import published, set_to
from webhooks.app import create_app
from webhooks.pages.who import cookie_name, csrf_of
from webhooks.tenancy import WebContext


@dataclass
class Seat:
    """Somebody signed in."""

    client: TestClient
    cookie: dict[str, str]
    csrf: str

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers={"accept": "text/html", **self.cookie, **headers})

    def post(self, path: str, *, csrf: str | None = None, **fields: object) -> Response:
        data = {"csrf": self.csrf if csrf is None else csrf, **fields}
        headers = {"accept": "text/html", **self.cookie}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)

    def takes(self) -> str:
        """Take the next call; gives the path of the page it is read on."""
        answer = self.post("/review/quality/take")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def reads(self, *, wrong: tuple[int, ...] = (), marks: tuple[str, ...] = (), **more: object) -> Response:
        """Take a call and finish it."""
        path = self.takes()
        said = {f"v{at}": "not_personal" if at in wrong else "personal" for at in range(2)}
        return self.post(path, **{**said, "mark": list(marks), "is_whole": "yes", "act": "finish", **more})


@dataclass
class Desk:
    """The app with one tenant's drawn calls."""

    line: Line
    context: WebContext
    client: TestClient
    seats: dict[str, Seat] = field(default_factory=dict)

    def seat(self, login: str, *roles: Role, tenant: str = "") -> Seat:
        """Sign somebody in."""
        owner = TenantId(tenant or self.line.owner.id)
        with self.context.database.transaction(owner) as tx:
            user = add_user(tx, login, frozenset(roles), password_hash=None, locale="en", actor="test")
            token = open_session(tx, user, method="test")
        cookie = {"cookie": f"{cookie_name(self.context)}={owner}.{token}"}
        return Seat(client=self.client, cookie=cookie, csrf=csrf_of(self.context, owner, digest_of(token)))

    @property
    def mark(self) -> str:
        """The mark of the word that a reader takes for missed."""
        return "1.1.1.PIN"


@contextmanager
def a_desk(
    database, tenant, tmp_path, *, calls: int = 1, second: int = EVERY, base: str = "https://x"
) -> Iterator[Desk]:
    """Open the app over published calls that are all drawn."""
    line = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    set_to(line, second=second)
    for _ in range(calls):
        published(line)
    vault = line.context.vault
    context = WebContext(
        database=database, objects=vault.objects, keys=vault.keys, queue=NotedQueue(), recordings=NotedRecordings(),
        telephony=NotedTelephony(), clock=line.context.clock, public_base=base,
    )  # fmt: skip
    with TestClient(create_app(context), base_url="https://x") as client:
        yield Desk(line=line, context=context, client=client)


@pytest.fixture
def desk(database, tenant, tmp_path) -> Iterator[Desk]:
    with a_desk(database, tenant, tmp_path) as opened:
        yield opened


def words_of(page: str) -> str:
    """What a person reads on a page."""
    return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL).split())
