"""People who sign in, in tests: each with a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.decisions.users import change_password, take_on_user
from pipeline.model.ids import TenantId
from pipeline.model.user import Role
from pipeline.store.users import add_user
from pipeline.store.web_sessions import digest_of, open_session
from webhooks.app import create_app
from webhooks.pages.who import cookie_name, csrf_of
from webhooks.tenancy import WebContext

PASSWORD = "a quiet place by the sea"
HTML = {"Accept": "text/html"}


class Person:
    """One person's browser; `csrf` is the token of the last page that had one."""

    def __init__(
        self, context: WebContext, tenant: str, login: str, password: str = PASSWORD, *, app: FastAPI | None = None
    ) -> None:
        self.context, self.tenant, self.login, self.password = context, tenant, login, password
        self.client = TestClient(
            app or create_app(context), base_url=context.public_base, headers=HTML, raise_server_exceptions=False
        )
        self.csrf = ""

    def sign_in(self, **changed: str):
        form = {"organisation": self.tenant, "login": self.login, "password": self.password} | changed
        return self.client.post("/sign-in", data=form, follow_redirects=False)

    def get(self, path: str, **more):
        answer = self.client.get(path, **more)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **form):
        return self.client.post(path, data={"csrf": self.csrf} | form, follow_redirects=False)


def take_on(context: WebContext, login: str, roles: Iterable[Role], *, tenant: str = "acme", **more) -> str:
    """Add somebody; gives the one-time password."""
    with context.database.transaction(TenantId(tenant)) as tx:
        return take_on_user(tx, login, roles, actor="test", **more)[1]


def seated(context: WebContext, login: str, *roles: Role, tenant: str = "acme", app: FastAPI | None = None) -> Person:
    """Somebody with an open session; no password was digested for it. Pages of one application may share it."""
    with context.database.transaction(TenantId(tenant)) as tx:
        user = add_user(tx, login, frozenset(roles), password_hash=None, locale="en", actor="test")
        token = open_session(tx, user, method="password")
    person = Person(context, tenant, login, app=app)
    person.client.cookies.set(cookie_name(context), f"{tenant}.{token}")
    person.csrf = csrf_of(context, TenantId(tenant), digest_of(token))
    return person


def a_person(context: WebContext, login: str, *roles: Role, tenant: str = "acme") -> Person:
    """Somebody with a password of their own, signed in."""
    once = take_on(context, login, roles, tenant=tenant)
    with context.database.transaction(TenantId(tenant)) as tx:
        from pipeline.store.users import get_user

        change_password(tx, get_user(tx, login), present=once, new=PASSWORD)
    person = Person(context, tenant, login)
    assert person.sign_in().status_code == 303
    person.get("/sign-in/account")
    return person
