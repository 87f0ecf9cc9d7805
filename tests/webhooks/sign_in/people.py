"""People who sign in, in tests: each with a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi.testclient import TestClient

from pipeline.decisions.users import change_password, take_on_user
from pipeline.model.ids import TenantId
from pipeline.model.user import Role
from webhooks.app import create_app
from webhooks.tenancy import WebContext

PASSWORD = "a quiet place by the sea"
HTML = {"Accept": "text/html"}


class Person:
    """One person's browser; `csrf` is the token of the last page that had one."""

    def __init__(self, context: WebContext, tenant: str, login: str, password: str = PASSWORD) -> None:
        self.context, self.tenant, self.login, self.password = context, tenant, login, password
        self.client = TestClient(
            create_app(context), base_url=context.public_base, headers=HTML, raise_server_exceptions=False
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
