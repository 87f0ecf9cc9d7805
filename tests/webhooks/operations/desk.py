"""A tenant's people at the pages of operations, on the house with scripted vendors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fastapi import FastAPI

from pipeline.model.user import Role
from tests.fakes import NotedQueue, NotedRecordings, NotedTelephony
from tests.line import Line
from tests.webhooks.sign_in.people import Person, seated
from webhooks.app import create_app
from webhooks.tenancy import WebContext


@dataclass
class Desk:
    """One tenant's calls, and whoever sits at the pages."""

    line: Line
    context: WebContext
    queue: NotedQueue

    @cached_property
    def app(self) -> FastAPI:
        """The application that everybody at this desk opens."""
        return create_app(self.context)

    def sits(self, login: str, *roles: Role) -> Person:
        return seated(self.context, login, *roles, app=self.app)

    def operator(self, login: str = "op") -> Person:
        return self.sits(login, Role.OPERATOR)


def a_desk(line: Line) -> Desk:
    vault, queue = line.context.vault, NotedQueue()
    context = WebContext(
        database=vault.database,
        objects=vault.objects,
        keys=vault.keys,
        queue=queue,
        recordings=NotedRecordings(),
        telephony=NotedTelephony(),
        clock=line.context.clock,
        public_base="https://earmark.example.com",
    )
    return Desk(line=line, context=context, queue=queue)
