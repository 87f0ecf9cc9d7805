"""A tenant's program with a key, over a recording that was really published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.decisions.api_keys import make_key
from pipeline.model.api_key import Scope
from pipeline.model.ids import TenantId
from tests.conftest import make_tenant
from tests.corrections import published
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.queued import Queued
from tests.webhooks.conftest import Stage

MAKER = "user:maker"


@dataclass
class Program:
    """Asks by the API. `name` is the key's own id."""

    stage: Stage
    tenant: TenantId
    line: Line | None = None
    recording: str = ""
    name: str = ""
    text: str = ""

    @property
    def client(self) -> TestClient:
        return self.stage.client

    @property
    def queue(self):
        return self.stage.queue

    def with_key(self, scopes: Collection[Scope] = tuple(Scope), *, by: str = MAKER, tenant: str = "") -> Program:
        """The same with another key."""
        owner = TenantId(tenant) if tenant else self.tenant
        with self.stage.context.database.transaction(owner) as tx:
            made = make_key(tx, "crm", scopes, lasts=timedelta(days=9), actor=by)
        return replace(self, tenant=owner, name=made.id, text=made.text)

    def tx(self):
        return self.stage.context.database.transaction(self.tenant)

    def ask(self, method: str, path: str, body: Any = None, **headers: str):
        given = {"Authorization": f"Bearer {self.text}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.request(method, f"/api/v1/{path}", json=body, headers=given)

    def get(self, path: str) -> Any:
        """Read something that is there."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Do something that is done."""
        answer = self.ask(method, path, {} if body is None else body)
        assert answer.status_code in (200, 201, 202, 204), answer.text
        return answer.json() if answer.content else None

    def refused(self, path: str, body: Any = None, *, method: str = "POST") -> int:
        """Ask for what is refused, and give the status of the problem."""
        answer = self.ask(method, path, {} if body is None and method != "GET" else body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code

    def at(self, path: str) -> str:
        """Name something of the recording."""
        return f"recordings/{self.recording}/{path}"


@pytest.fixture
def empty(stage) -> Program:
    """A program of a tenant without any call."""
    return Program(stage, stage.tenant().id).with_key()


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


@pytest.fixture
def house(stage, line) -> Program:
    """A program of a tenant whose calls are recorded."""
    vault = line.context.vault
    ours = stage.on(vault.database, objects=vault.objects, keys=vault.keys)
    return Program(ours, line.owner.id, line=line).with_key()


@pytest.fixture
def program(house) -> Program:
    """The same with one published recording."""
    ours = house.stage.on(house.stage.context.database, queue=Queued())
    return replace(house, stage=ours, recording=published(house.line).id)


@pytest.fixture
def stranger(program) -> Program:
    """A program of another tenant."""
    make_tenant(program.line.context.vault.database, program.line.context.vault.keys, "other")
    return program.with_key(tenant="other")
