from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.ids import CallId, RecordingId
from pipeline.store.calls import add_flag
from pipeline.store.child_signals import CLEARED, FLAGGED, add_child_signal, count_standing, list_child_signals
from tests.builders import a_call
from tests.conftest import make_tenant

REC, CALL, DAY = RecordingId("rec_1"), CallId("call_1"), date(2026, 11, 21)


def test_signs_of_a_recording_and_of_its_call_are_listed_in_the_order_they_were_noted(database, tenant):
    with database.transaction(tenant.id) as tx:
        add_child_signal(tx, ("call", CALL), sign="agent_flag", age=None, on=DAY, actor="api")
        add_child_signal(tx, ("recording", REC), sign="tenant_flag", age=9, on=DAY, actor="cli")
        add_child_signal(tx, ("recording", "rec_2"), sign="tenant_flag", age=7, on=DAY, actor="cli")
        add_child_signal(tx, ("recording", REC), sign=CLEARED, age=None, on=DAY, actor="cli")
        found = list_child_signals(tx, recording=REC, call=CALL)
        assert [(f.sign, f.age) for f in found] == [("agent_flag", None), ("tenant_flag", 9), (CLEARED, None)]
        assert [f.sign for f in list_child_signals(tx, call=CALL)] == ["agent_flag"]
        assert list_child_signals(tx) == ()


def test_signs_are_only_added_and_belong_to_their_tenant(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add_child_signal(tx, ("recording", REC), sign="tenant_flag", age=9, on=DAY, actor="cli")
    with database.transaction(other.id) as tx:
        assert list_child_signals(tx, recording=REC) == ()
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.child_signals set age = 40"))


def test_signs_stand_until_a_person_clears_them(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)

        def note(sign: str) -> int:
            add_child_signal(tx, ("recording", REC), sign=sign, age=None, on=DAY, actor="cli")
            return count_standing(tx, recording=REC, call=call)

        assert count_standing(tx, recording=REC, call=call) == 0
        add_flag(tx, call, FLAGGED)
        assert count_standing(tx, recording=REC, call=call) == 1
        assert count_standing(tx, recording=REC, call=None) == 0
        assert [note("tenant_flag"), note(CLEARED), note("tenant_flag")] == [2, 0, 3]
