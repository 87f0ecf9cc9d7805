"""People who are signed in, as pages of settings see them."""

from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from pipeline.store.users import add_user
from pipeline.store.web_sessions import digest_of, open_session
from webhooks.pages.who import cookie_name, csrf_of


class Person:
    """Somebody with an open session, in a browser that many share; how people sign in is tested where they do."""

    def __init__(self, stage, login: str, roles: frozenset[Role], tenant: str) -> None:
        self.stage, self.roles, self.tenant = stage, roles, tenant
        with stage.context.database.transaction(tenant) as tx:
            user = add_user(tx, login, roles, password_hash=None, locale="en", actor="test")
            token = open_session(tx, user, method="test")
        self.csrf = csrf_of(stage.context, tenant, digest_of(token))
        self.token = f"{tenant}.{token}"
        self._headers = {"accept": "text/html", "cookie": f"{cookie_name(stage.context)}={self.token}"}

    def get(self, path: str):
        return self.stage.client.get(path, headers=self._headers)

    def post(self, path: str, fields: dict | None = None, *, csrf: str | None = None):
        data = {"csrf": self.csrf if csrf is None else csrf, **(fields or {})}
        return self.stage.client.post(path, data=data, headers=self._headers, follow_redirects=False)


@pytest.fixture
def owner(stage):
    return stage.tenant("acme", topology="voicemail", policy="connekz")


@pytest.fixture
def admin(stage, owner) -> Person:
    return Person(stage, "ada", frozenset({Role.TENANT_ADMIN}), owner.id)


@pytest.fixture
def editor(stage, owner) -> Person:
    return Person(stage, "ben", frozenset({Role.SETTINGS_EDITOR}), owner.id)


@pytest.fixture
def auditor(stage, owner) -> Person:
    return Person(stage, "cy", frozenset({Role.AUDITOR}), owner.id)


@pytest.fixture
def stranger(stage, owner) -> Person:
    """An administrator of another tenant."""
    other = stage.tenant("other", topology="voicemail")
    return Person(stage, "eve", frozenset(Role), other.id)


def find(pattern: str, answer) -> str:
    """Give the first group of what a page says."""
    found = re.search(pattern, answer.text)
    assert found, answer.text[:3000]
    return found[1]
