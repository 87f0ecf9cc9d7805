"""The console with people signed in, over a recording that was really published."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from pipeline.decisions.users import set_roles, take_on_user
from pipeline.model.ids import TenantId
from pipeline.model.recording import Recording
from pipeline.model.user import Role
from pipeline.store.users import list_users
from pipeline.store.web_sessions import digest_of, open_session
from tests.corrections import published
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.queued import Queued
from tests.webhooks.conftest import Stage
from webhooks.pages.who import cookie_name, csrf_of
from webhooks.tenancy import WebContext

HTML = {"Accept": "text/html"}


@dataclass
class Desk:
    """A reviewer's browser; short words for what tests do in it."""

    line: Line
    queue: Queued
    client: TestClient
    recording: Recording
    context: WebContext
    token: str = ""
    cookie: str = ""

    def sign_in(self, name: str = "ada", *roles: Role, tenant: str = "") -> Desk:
        """Somebody takes the seat, with these roles."""
        owner, wanted = TenantId(tenant or self.line.owner.id), frozenset(roles or {Role.REVIEWER})
        with self.context.database.transaction(owner) as tx:
            user = next((one for one in list_users(tx) if one.login == name), None)
            if user is None:
                user, _ = take_on_user(tx, name, wanted, actor="test", has_password=False)
            elif user.roles != wanted:
                user = set_roles(tx, name, wanted, actor="test")
            token = open_session(tx, user, method="local")
        self.cookie = f"{owner}.{token}"
        self.token = csrf_of(self.context, owner, digest_of(token))
        self.client.cookies.clear()
        self.client.cookies.set(cookie_name(self.context), self.cookie)
        return self

    def get(self, path: str, **params):
        return self.client.get(self._at(path), params=params, headers=HTML)

    def post(self, path: str, *, csrf: str | None = None, **fields):
        """Send a form; where it is done, read the page that follows."""
        token = self.token if csrf is None else csrf
        return self.client.post(self._at(path), data={"csrf": token, **fields}, headers=HTML)

    def key(self, label: str) -> str:
        """The name of a finding by what it is called, as the page has it."""
        page = self.get("findings").text
        found = re.search(rf'data-finding="([\d.]+)"(?:(?!data-finding).)*?<strong[^>]*>{label}<', page, re.DOTALL)
        assert found, page
        return found[1]

    def work_off(self, clock, seconds: float) -> None:
        """Time passes, and the worker does what is due."""
        clock.move(seconds=seconds)
        self.queue.work_off(self.line.context)

    def _at(self, path: str) -> str:
        return path if path.startswith("/") else f"/review/recordings/{self.recording.id}/{path}"


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


@pytest.fixture
def desk(stage: Stage, line: Line) -> Desk:
    queue = Queued()
    vault = line.context.vault
    given = {name: getattr(stage.context, name) for name in ("recordings", "telephony", "clock")}
    given["public_base"] = "http://desk.example.com"  # a browser in a test comes without TLS
    context = WebContext(database=vault.database, objects=vault.objects, keys=vault.keys, queue=queue, **given)  # type: ignore[arg-type]  # a queue all the same
    client = Stage(context, stage.queue, stage.recordings).client
    return Desk(line=line, queue=queue, client=client, recording=published(line), context=context).sign_in()
