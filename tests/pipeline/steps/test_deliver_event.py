from __future__ import annotations

import pytest

from pipeline.decisions.webhooks import register_endpoint, remove_endpoint, send_test
from pipeline.model.errors import NotFound, VendorRefused, VendorUnavailable
from pipeline.model.outgoing import DELAYS_S, EventKind
from pipeline.steps.deliver_event import deliver_event
from pipeline.store.audit import list_events
from pipeline.store.webhook_deliveries import list_attempts, list_deliveries
from tests.fakes import NotedQueue

URL = "https://hooks.example.com/"


class Server:
    """A tenant's server, as its ways of answering."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers, self.heard = list(answers), []

    def post(self, message, body, address) -> int:
        self.heard.append((message, body, address.to))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def asked(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        endpoint = register_endpoint(tx, URL, {EventKind.RECORDING_FAILED}, keys=keys, actor="user:ada")
        return endpoint, send_test(tx, endpoint.id, keys=keys, queue=NotedQueue(), actor="user:ada")


def stands(database, tenant, endpoint, delivery):
    with database.transaction(tenant.id) as tx:
        (kept,) = list_deliveries(tx, endpoint.id)
        return kept.state.value, [(a.number, a.status, a.error) for a in list_attempts(tx, [delivery])[delivery]]


def test_a_message_that_was_taken_is_told_once(vault, database, tenant, asked):
    server = Server(204)
    assert deliver_event(vault, server, tenant.id, asked[1], 1) == {"state": "delivered", "next_in_s": None}
    assert deliver_event(vault, server, tenant.id, asked[1], 1) == {"state": "delivered", "next_in_s": None}
    assert [(m, to) for m, _, to in server.heard] == [(asked[1], URL)]
    assert stands(database, tenant, *asked) == ("delivered", [(1, 204, None)])


def test_failed_attempts_wait_longer_each_time_and_end(vault, database, tenant, asked):
    refusal = VendorRefused("webhook", "deliver", status=410)
    away = VendorUnavailable("webhook", "deliver", reason="ConnectTimeout")
    server = Server(away, *[refusal] * len(DELAYS_S))
    waits = [deliver_event(vault, server, tenant.id, asked[1], n)["next_in_s"] for n in range(1, len(DELAYS_S) + 2)]
    assert waits == [*DELAYS_S, None]
    assert list(DELAYS_S) == sorted(DELAYS_S)
    state, attempts = stands(database, tenant, *asked)
    assert (state, attempts[:2]) == ("given_up", [(1, None, "unavailable: ConnectTimeout"), (2, 410, "refused")])
    with database.transaction(tenant.id) as tx:
        assert [e.entry.tag for e in list_events(tx, target=asked[1])][-1] == "webhook:delivery:abandoned"


def test_an_attempt_that_is_asked_for_twice_is_made_once(vault, tenant, asked):
    server = Server(VendorUnavailable("webhook", "deliver", status=503))
    assert deliver_event(vault, server, tenant.id, asked[1], 1)["next_in_s"] == DELAYS_S[0]
    assert deliver_event(vault, server, tenant.id, asked[1], 1)["next_in_s"] is None
    assert len(server.heard) == 1


def test_nobody_is_told_after_the_endpoint_was_removed(vault, database, tenant, keys, asked):
    with database.transaction(tenant.id) as tx:
        remove_endpoint(tx, asked[0].id, keys=keys, actor="user:ada")
    server = Server()
    assert deliver_event(vault, server, tenant.id, asked[1], 1)["state"] == "given_up"
    assert server.heard == []


def test_a_delivery_of_nobody_is_not_found(vault, tenant):
    with pytest.raises(NotFound):
        deliver_event(vault, Server(), tenant.id, "whd_none", 1)
