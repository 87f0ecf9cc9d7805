from __future__ import annotations

import json

import pytest

from pipeline.decisions.webhooks import (
    change_endpoint,
    check_address,
    register_endpoint,
    remove_endpoint,
    replay_delivery,
    send_test,
)
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, VendorRefused
from pipeline.model.outgoing import EventKind
from pipeline.store.audit import list_events
from pipeline.store.webhook_deliveries import list_deliveries, mark_given_up
from pipeline.store.webhook_endpoints import list_endpoints, lock_endpoint
from tests.fakes import NotedQueue

ADA, URL = "user:ada", "https://hooks.example.com/canary"
PUBLISHED = {EventKind.RECORDING_PUBLISHED}


class Post:
    """A way to servers that leads nowhere public."""

    def check(self, url: str) -> None:
        raise VendorRefused("webhook", "look up", reason="the address leads to an inner network")


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def test_an_address_is_looked_up_before_it_is_registered():
    with pytest.raises(InvalidInput, match="inner network"):
        check_address(URL, Post())
    with pytest.raises(InvalidInput):
        check_address("http://hooks.example.com/", Post())
    with pytest.raises(NotPermitted):
        check_address(URL, None)


def test_an_endpoint_has_a_secret_of_its_own_and_neither_it_nor_the_address_is_in_the_log(tx, keys):
    first, second = (register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA) for _ in range(2))
    assert first.secret != second.secret
    assert [e.url for e in list_endpoints(tx, keys=keys)] == [URL, URL]
    noted = str([e for e in list_events(tx) if e.entry.tag.startswith("webhook:")])
    assert "canary" not in noted
    assert first.secret not in noted + repr(first)


@pytest.mark.parametrize("events", [set(), {EventKind.TEST}])
def test_an_endpoint_is_told_of_something_that_can_be_chosen(tx, keys, events):
    with pytest.raises(InvalidInput):
        register_endpoint(tx, URL, events, keys=keys, actor=ADA)


def test_there_are_ten_endpoints_at_most(tx, keys):
    for _ in range(10):
        register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA)
    with pytest.raises(IllegalTransition):
        register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA)


def test_events_and_secret_are_changed_apart(tx, keys):
    made = register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA)
    other = change_endpoint(tx, made.id, events={EventKind.REQUEST_OPENED}, keys=keys, actor=ADA)
    assert (other.events, other.secret) == ({EventKind.REQUEST_OPENED}, made.secret)
    anew = change_endpoint(tx, made.id, keys=keys, actor=ADA)
    assert (anew.events, anew.secret != made.secret) == (other.events, True)
    assert list_endpoints(tx, keys=keys) == (anew,)


def test_nothing_is_left_of_the_address_of_an_endpoint_that_was_removed(tx, keys):
    made = register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA)
    remove_endpoint(tx, made.id, keys=keys, actor=ADA)
    left = lock_endpoint(tx, made.id, keys=keys)
    assert (left.url, left.host, left.secret) == ("", "", "")
    queue = NotedQueue()
    for act in (
        lambda: remove_endpoint(tx, made.id, keys=keys, actor=ADA),
        lambda: send_test(tx, made.id, keys=keys, queue=queue, actor=ADA),
        lambda: change_endpoint(tx, made.id, keys=keys, actor=ADA),
    ):
        with pytest.raises(IllegalTransition):
            act()
    assert queue.deliveries == []


def test_a_test_says_that_it_is_one_and_can_be_told_again_once_it_is_over(tx, keys):
    queue = NotedQueue()
    made = register_endpoint(tx, URL, PUBLISHED, keys=keys, actor=ADA)
    delivery = send_test(tx, made.id, keys=keys, queue=queue, actor=ADA)
    (kept,) = list_deliveries(tx, made.id)
    assert json.loads(kept.body)["data"] == {"endpoint": made.id}
    with pytest.raises(IllegalTransition):
        replay_delivery(tx, delivery, keys=keys, queue=queue, actor=ADA)
    mark_given_up(tx, delivery)
    replay_delivery(tx, delivery, keys=keys, queue=queue, actor=ADA)
    assert [d for d, *_ in queue.deliveries] == [delivery, delivery]
    assert list_deliveries(tx, made.id)[0].state == "waiting"


def test_what_is_not_there_is_not_found(tx, keys):
    with pytest.raises(NotFound):
        replay_delivery(tx, "whd_none", keys=keys, queue=NotedQueue(), actor=ADA)
    with pytest.raises(NotFound):
        remove_endpoint(tx, "whe_none", keys=keys, actor=ADA)
