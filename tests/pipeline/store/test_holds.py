from __future__ import annotations

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId
from pipeline.store.holds import SCOPE_KINDS, add_hold, list_holds, list_holds_on, release_hold
from tests.conftest import make_tenant

REC, CALL = RecordingId("rec_1"), CallId("call_1")


def place(tx, kind: str, subject: str, matter: str = "m-1"):
    return add_hold(tx, matter=matter, scope=(kind, subject), actor="user:1", reason="lawsuit")


def test_a_hold_is_read_back_as_it_was_placed(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "recording", REC)
        assert list_holds(tx) == (hold,)
    assert (hold.matter, hold.placed_by, hold.reason, hold.placed_at) == ("m-1", "user:1", "lawsuit", tx.now)
    assert hold.released_at is None


@pytest.mark.parametrize(
    ("scope", "recording", "call", "is_covered"),
    [
        (("recording", REC), REC, CALL, True),
        (("recording", REC), REC, None, True),
        (("recording", REC), RecordingId("rec_2"), CALL, False),
        (("recording", REC), None, CALL, False),
        (("call", CALL), REC, CALL, True),
        (("call", CALL), None, CALL, True),
        (("call", CALL), REC, CallId("call_2"), False),
        (("call", CALL), REC, None, False),
        (("call", REC), REC, CALL, False),
        (("recording", CALL), REC, CALL, False),
        (("tenant", "acme"), REC, CALL, True),
        (("tenant", "acme"), None, None, True),
        (("tenant", "other"), REC, CALL, False),
    ],
)
def test_a_hold_covers_its_scope_and_nothing_else(database, tenant, scope, recording, call, is_covered):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, *scope)
        assert list_holds_on(tx, recording=recording, call=call) == ((hold,) if is_covered else ())


def test_a_released_hold_covers_nothing_but_stays_on_record(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        first, second = place(tx, "recording", REC), place(tx, "recording", REC, "m-2")
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        released = release_hold(tx, first.id, actor="user:2")
        assert released.released_at == tx.now
        assert list_holds_on(tx, recording=REC) == (second,)
        assert set(list_holds(tx)) == {released, second}


def test_a_hold_is_released_once(database, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "tenant", "acme")
        release_hold(tx, hold.id, actor="user:2")
        with pytest.raises(NotFound, match=hold.id):
            release_hold(tx, hold.id, actor="user:3")
        with pytest.raises(NotFound):
            release_hold(tx, "hold_none", actor="user:3")


def test_nobody_releases_or_sees_another_tenants_hold(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        hold = place(tx, "recording", REC)
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        with pytest.raises(NotFound):
            release_hold(tx, hold.id, actor="user:9")
        assert list_holds_on(tx, recording=REC, call=CALL) == list_holds(tx) == ()


def test_what_may_be_held_is_a_tenant_a_call_or_a_recording():
    assert SCOPE_KINDS == ("tenant", "call", "recording")
