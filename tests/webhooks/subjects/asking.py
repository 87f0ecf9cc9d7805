"""A person at a browser without script, and a channel that notes the codes it was given."""

from __future__ import annotations

import re

from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId
from pipeline.model.subject import IdentifierKind, Whose
from pipeline.redaction.person_terms import index_key, number_terms, said_terms
from pipeline.store.blind_terms import BlindTerm, replace_terms
from tests.builders import a_call

CALLER = "+12125550100"
SAID_ADDRESS = "ana.maria@example.com"


class NotedCodes:
    """A channel to numbers that keeps what it was told to send, and can be down."""

    kind = IdentifierKind.NUMBER

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.error: Exception | None = None

    def send_code(self, account, *, to: str, sender: str, text: str) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((to, sender, text))

    @property
    def code(self) -> str:
        found = re.search(r"\b(\d{6})\b", self.sent[-1][2])
        assert found is not None
        return found[1]


class Person:
    """Fills in forms and follows where they lead."""

    def __init__(self, client, tenant: str = "acme") -> None:
        self.client, self.tenant, self.page = client, tenant, None
        client.base_url = "https://inside"

    def get(self, path: str = ""):
        self.page = self.client.get(path or f"/subjects/{self.tenant}")
        return self.page

    def post(self, path: str = "", **fields: str):
        csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.page.text)
        given = {"csrf": csrf[1] if csrf else ""} | fields
        self.page = self.client.post(path or f"/subjects/{self.tenant}", data=given, follow_redirects=False)
        return self.page

    def ask(self, kind: str = "access", **fields: str) -> str:
        """Ask, and give the path of the page on which the request is followed."""
        self.get()
        answer = self.post(kind=kind, **({"number": CALLER} | fields))
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        self.get(path)
        return path


def an_own_call(stage, owner) -> CallId:
    """A call of the caller's that the index knows."""
    keys = stage.context.keys
    with stage.context.database.transaction(owner.id) as tx:
        call = a_call(tx, keys)
        key = index_key(keys.digest_key(owner.id))
        terms = [
            BlindTerm(term=t, kind=IdentifierKind.NUMBER, whose=Whose.OWN, call=call, recording=None)
            for t in number_terms(CALLER, key=key)
        ]
        said = said_terms(EntityType.EMAIL_ADDRESS, SAID_ADDRESS, key=key)
        terms += [
            BlindTerm(term=t, kind=IdentifierKind.EMAIL, whose=Whose.OTHERS, call=call, recording=None) for t in said
        ]
        replace_terms(tx, call, terms)
    return call
