from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.outgoing import Attempt, Delivery, DeliveryState, EventKind
from pipeline.store.webhook_deliveries import (
    add_deliveries,
    list_attempts,
    list_deliveries,
    lock_delivery,
    mark_waiting,
    note_attempt,
)
from tests.conftest import make_tenant


@pytest.fixture
def delivery(clock) -> Delivery:
    return Delivery(
        id="whd_1", endpoint="whe_1", kind=EventKind.RECORDING_FAILED, seq=3, body="{}", state=DeliveryState.WAITING,
        attempts=0, created_at=clock.now(), next_at=clock.now(),
    )  # fmt: skip


def test_an_entry_of_the_log_is_told_to_an_endpoint_once(database, tenant, delivery):
    with database.transaction(tenant.id) as tx:
        assert add_deliveries(tx, [delivery]) == ("whd_1",)
        again = [replace(delivery, id="whd_2"), replace(delivery, id="whd_3", endpoint="whe_2")]
        assert add_deliveries(tx, again) == ("whd_3",)
        assert lock_delivery(tx, "whd_1") == delivery


def test_attempts_are_kept_in_order_and_move_the_delivery(database, tenant, delivery, clock):
    later = clock.now() + timedelta(seconds=5)
    with database.transaction(tenant.id) as tx:
        add_deliveries(tx, [delivery])
        first = Attempt(number=1, status=503, error="unavailable", took_ms=12, at=tx.now)
        second = Attempt(number=2, status=204, error=None, took_ms=9, at=tx.now)
        note_attempt(tx, "whd_1", first, state=DeliveryState.WAITING, next_at=later)
        assert lock_delivery(tx, "whd_1").next_at == later
        note_attempt(tx, "whd_1", second, state=DeliveryState.DELIVERED, next_at=None)
        assert list_attempts(tx, ["whd_1", "whd_9"]) == {"whd_1": (first, second), "whd_9": ()}
        assert (lock_delivery(tx, "whd_1").state, lock_delivery(tx, "whd_1").attempts) == ("delivered", 2)
        mark_waiting(tx, "whd_1")
        assert lock_delivery(tx, "whd_1").next_at == tx.now


def test_pages_are_newest_first_and_leave_nothing_out(database, tenant, delivery):
    with database.transaction(tenant.id) as tx:
        made = [
            replace(delivery, id=f"whd_{n}", seq=n, created_at=tx.now + timedelta(seconds=n // 2)) for n in range(7)
        ]
        add_deliveries(tx, made)
        seen, before = [], None
        while page := list_deliveries(tx, "whe_1", before=before, limit=3):
            seen += [d.id for d in page]
            before = (page[-1].created_at, page[-1].id)
    assert seen == [f"whd_{n}" for n in (6, 5, 4, 3, 2, 1, 0)]


def test_another_tenant_sees_no_delivery(database, keys, tenant, delivery):
    with database.transaction(tenant.id) as tx:
        add_deliveries(tx, [delivery])
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_deliveries(tx, "whe_1") == ()
        with pytest.raises(NotFound):
            lock_delivery(tx, "whd_1")
