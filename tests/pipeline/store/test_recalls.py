from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput
from pipeline.model.hold import read_query
from pipeline.model.ids import RecordingId
from pipeline.model.retention import RetentionBasis
from pipeline.store.audit import list_events
from pipeline.store.calls import add_flag
from pipeline.store.child_signals import CLEARED, add_child_signal
from pipeline.store.endings import Ending, add_ending
from pipeline.store.holds import add_hold, ask_release, release_hold
from pipeline.store.recalls import (
    list_causes,
    list_marked,
    list_recalled,
    list_unmarked,
    recall_of,
    recall_scope,
)
from pipeline.store.tables import legs
from tests.builders import a_call, a_recording, answer
from tests.lineage import a_dataset

ONE, TWO = RecordingId("rec_1"), RecordingId("rec_2")


def events(tx) -> list[dict]:
    return [dict(e.entry.facts) for e in list_events(tx) if e.entry.tag == "training:recording:recalled"]


@pytest.fixture
def recorded(database, tenant, keys):
    """Two recordings of one call and one of another, all in one dataset."""
    with database.transaction(tenant.id) as tx:
        call, other = a_call(tx, keys), a_call(tx, keys)
        made = [a_recording(tx, call), a_recording(tx, call), a_recording(tx, other)]
        a_dataset(tx, [recording.id for recording in made])
    return made


def test_a_recall_names_every_dataset_and_is_noted_once_for_each_cause(database, tenant):
    with database.transaction(tenant.id) as tx:
        first, second = a_dataset(tx, (ONE, TWO)), a_dataset(tx, (ONE,))
        for _ in range(3):
            assert {d.id for d in recall_of(tx, ONE, RecallCause.WITHDRAWAL)} == {first.id, second.id}
        recall_of(tx, ONE, RecallCause.CHILD, actor="user:1")
        assert list_causes(tx, ONE) == (RecallCause.WITHDRAWAL, RecallCause.CHILD)
        assert [(e["cause"], e["datasets"]) for e in events(tx)] == [("withdrawal", 2), ("child", 2)]
        assert list_causes(tx, TWO) == ()


def test_the_list_has_every_row_of_the_recording_in_whichever_dataset_also_one_written_later(database, tenant):
    with database.transaction(tenant.id) as tx:
        a_dataset(tx, (TWO, ONE))
        recall_of(tx, ONE, RecallCause.WITHDRAWAL)
        later = a_dataset(tx, (ONE, TWO))
        found = list(list_recalled(tx))
    assert [row.recording for row in found] == [ONE, ONE]
    assert {row.row for row in found if row.dataset == later.id} == {"000000000"}
    assert found == sorted(found, key=lambda row: (row.dataset, row.row, row.artifact))


def test_what_was_never_exported_is_marked_without_an_event_but_not_for_a_hold(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert recall_of(tx, ONE, RecallCause.WITHDRAWAL) == ()
        assert recall_of(tx, TWO, RecallCause.HOLD) == ()
        assert list_marked(tx) == {ONE}
        assert events(tx) == []


def test_a_scope_recalls_all_that_it_covers(database, tenant, recorded):
    first, second, third = recorded
    with database.transaction(tenant.id) as tx:
        assert recall_scope(tx, ("recording", third.id), RecallCause.OBJECTION) == 1
        assert list_marked(tx) == {third.id}
        assert recall_scope(tx, ("call", first.call), RecallCause.CHILD) == 2
        assert list_marked(tx) == {first.id, second.id, third.id}
        with pytest.raises(InvalidInput):
            recall_scope(tx, ("party", "x"), RecallCause.CHILD)


def test_a_closure_recalls_everything_that_was_exported_with_one_event(database, tenant, recorded):
    with database.transaction(tenant.id) as tx:
        for _ in range(2):
            assert recall_scope(tx, ("tenant", tenant.id), RecallCause.CLOSURE, actor="cli") == 3
        assert list_marked(tx) == {recording.id for recording in recorded}
        assert events(tx) == [{"cause": "closure", "recordings": 3}]


def test_what_stands_against_an_exported_recording_is_found_without_any_hook(database, tenant, recorded):
    first, second, third = recorded
    with database.transaction(tenant.id) as tx:
        assert list_unmarked(tx) == ()
        asked = Ending(
            scope_kind="recording", scope_id=first.id, cause=RetentionBasis.DELETION_REQUEST, source="dsr_1",
            ends_on=date(2027, 1, 1),
        )  # fmt: skip
        add_ending(tx, asked, actor="cli")
        hold = add_hold(tx, matter="m", scope=("recording", second.id), actor="u", reason="r")
        answer(tx, third.call, Outcome.WITHDRAWN)
        assert set(list_unmarked(tx)) == {
            (first.id, RecallCause.DELETION_REQUEST), (second.id, RecallCause.HOLD), (third.id, RecallCause.WITHDRAWAL),
        }  # fmt: skip
        ask_release(tx, hold.id, actor="u1", reason="settled")
        release_hold(tx, hold.id, actor="u")
        add_flag(tx, third.call, "child_signal")
        recall_of(tx, first.id, RecallCause.DELETION_REQUEST)
        assert set(list_unmarked(tx)) == {(third.id, RecallCause.WITHDRAWAL), (third.id, RecallCause.CHILD)}


@pytest.mark.parametrize("kind", ["call", "tenant"])
def test_an_ending_or_a_hold_of_the_call_or_the_tenant_covers_its_recordings(database, tenant, recorded, kind):
    first, second, third = recorded
    scope = (kind, first.call if kind == "call" else tenant.id)
    covered = {first.id, second.id} | ({third.id} if kind == "tenant" else set())
    with database.transaction(tenant.id) as tx:
        add_hold(tx, matter="m", scope=scope, actor="u", reason="r")
        assert set(list_unmarked(tx)) == {(recording, RecallCause.HOLD) for recording in covered}
        ending = Ending(
            scope_kind=kind, scope_id=scope[1], cause=RetentionBasis.CLOSURE, source="c", ends_on=date(2027, 1, 1)
        )
        add_ending(tx, ending, actor="cli")
        assert {found for found, cause in list_unmarked(tx) if cause is RecallCause.CLOSURE} == covered


def test_of_what_was_never_exported_nothing_is_asked(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys, roles=(LegRole.CALLER,))
        a_recording(tx, call)
        answer(tx, call, Outcome.WITHDRAWN)
        assert list_unmarked(tx) == ()


@pytest.mark.parametrize("kind", ["party", "query"])
def test_a_hold_on_a_party_or_a_query_is_found_until_it_is_released(database, tenant, recorded, kind):
    first, second, _ = recorded
    ref = "f" * 64
    with database.transaction(tenant.id) as tx:
        tx.connection.execute(update(legs).where(legs.c.call_id == first.call).values(number_ref=ref))
        query = read_query(f'{{"number_ref": "{ref}"}}') if kind == "query" else None
        scope = (kind, query.digest if query else ref)
        hold = add_hold(tx, matter="m", scope=scope, actor="u", reason="r", query=query)
        assert set(list_unmarked(tx)) == {(first.id, RecallCause.HOLD), (second.id, RecallCause.HOLD)}
        ask_release(tx, hold.id, actor="u1", reason="settled")
        release_hold(tx, hold.id, actor="u")
        assert list_unmarked(tx) == ()


def test_a_sign_of_a_child_noted_since_is_found_also_after_it_was_cleared(database, tenant, recorded):
    first, second, third = recorded
    found = {(recording.id, RecallCause.CHILD) for recording in (first, second, third)}
    with database.transaction(tenant.id) as tx:
        for scope in (("call", first.call), ("recording", third.id)):
            add_child_signal(tx, scope, sign="tenant_flag", age=None, on=tx.now.date(), actor="u")
        assert set(list_unmarked(tx)) == found
        add_child_signal(tx, ("recording", third.id), sign=CLEARED, age=None, on=tx.now.date(), actor="u")
        assert set(list_unmarked(tx)) == found
