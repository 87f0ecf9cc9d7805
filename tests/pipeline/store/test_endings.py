from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.retention import ENDINGS, RetentionBasis
from pipeline.store.audit import list_events
from pipeline.store.endings import ENDING_SCOPES, Ending, add_ending, first_day, list_endings_of
from tests.conftest import make_tenant

REC, CALL = RecordingId("rec_1"), CallId("call_1")
ASKED = Ending(
    scope_kind="recording",
    scope_id=REC,
    cause=RetentionBasis.DELETION_REQUEST,
    source="dsr_1",
    ends_on=date(2026, 12, 1),
)


def test_an_ending_is_read_back_and_noted_once_for_each_source(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert [add_ending(tx, ASKED, actor="user:1") for _ in range(3)] == [True, False, False]
        assert add_ending(tx, replace(ASKED, source="dsr_2", ends_on=date(2026, 11, 30)), actor="user:1")
        found = list_endings_of(tx, recording=REC)
        assert [e.source for e in found] == ["dsr_2", "dsr_1"]
        assert found[1] == ASKED
        assert len(list(list_events(tx, target=REC))) == 2


@pytest.mark.parametrize(
    ("scope", "recording", "call", "is_covered"),
    [
        (("recording", REC), REC, None, True),
        (("recording", REC), RecordingId("rec_2"), CALL, False),
        (("call", CALL), REC, CALL, True),
        (("call", CALL), None, CALL, True),
        (("call", CALL), REC, None, False),
        (("tenant", "acme"), REC, None, True),
        (("tenant", "acme"), None, CALL, True),
    ],
)
def test_an_ending_covers_what_its_scope_says(database, tenant, scope, recording, call, is_covered):
    with database.transaction(tenant.id) as tx:
        add_ending(tx, replace(ASKED, scope_kind=scope[0], scope_id=scope[1]), actor="cli")
        assert bool(list_endings_of(tx, recording=recording, call=call)) == is_covered


def test_the_earliest_day_of_a_cause_counts():
    days = [replace(ASKED, ends_on=date(2026, 12, day)) for day in (9, 3, 5)]
    assert first_day(days, RetentionBasis.DELETION_REQUEST) == date(2026, 12, 3)
    assert first_day(days, RetentionBasis.CLOSURE) is None


def test_what_ends_nothing_is_refused(database, tenant):
    with database.transaction(tenant.id) as tx:
        for cause in set(RetentionBasis) - set(ENDINGS):
            with pytest.raises(InvalidInput):
                add_ending(tx, replace(ASKED, cause=cause), actor="cli")
        assert "party" not in ENDING_SCOPES
        with pytest.raises(InvalidInput):
            add_ending(tx, replace(ASKED, scope_kind="party"), actor="cli")
        assert list_endings_of(tx, recording=REC) == ()


def test_another_tenants_endings_are_not_seen(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add_ending(tx, replace(ASKED, scope_kind="tenant", scope_id=tenant.id), actor="cli")
    with database.transaction(other.id) as tx:
        assert list_endings_of(tx, recording=REC, call=CALL) == ()
