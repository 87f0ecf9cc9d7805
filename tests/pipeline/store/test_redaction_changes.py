from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal, RedactionChange
from pipeline.model.span import TimeSpan
from pipeline.store.redaction_changes import (
    add_change,
    claim_due,
    get_change,
    list_awaiting_second,
    list_changes,
    lock_batch,
    mark_failed,
    mark_rendered,
    mark_second,
    mark_undone,
    read_change_reason,
)
from tests.conftest import make_tenant

REC = RecordingId("rec_1")


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


@pytest.fixture
def add(tx, keys):
    def added(*, state=ChangeState.WAITING, due_in_s=0, batch=None, recording=REC, reason="") -> RedactionChange:
        made = RedactionChange(
            id=new_id("chg"),
            recording=recording,
            batch=batch,
            kind=ChangeKind.NOT_PERSONAL,
            type=EntityType.PERSON,
            channel=1,
            time=TimeSpan(100, 300),
            code=NotPersonal.COMPANY,
            base_version=1,
            actor="user:ada",
            at=tx.now,
            due_at=tx.now + timedelta(seconds=due_in_s),
            state=state,
        )
        add_change(tx, made, reason=reason, keys=keys)
        return made

    return added


def test_a_change_is_read_as_it_was_kept(tx, add):
    made = add(batch="bat_1")
    assert get_change(tx, made.id, is_locked=True) == made
    assert list_changes(tx, REC) == (made,)
    assert list_changes(tx, REC, states=[ChangeState.UNDONE]) == list_changes(tx, RecordingId("rec_2")) == ()


def test_what_was_written_stands_sealed_and_is_bound_to_its_change(tx, add, keys):
    made, other = add(reason="the canary is a company"), add()
    assert read_change_reason(tx, made.id, keys=keys) == "the canary is a company"
    assert read_change_reason(tx, other.id, keys=keys) == ""
    row = tx.connection.execute(text("select * from earmark.redaction_changes")).all()
    assert "canary" not in str(row)
    with pytest.raises(NotFound):
        read_change_reason(tx, "chg_0", keys=keys)


def test_only_what_waits_and_is_due_is_taken_up_and_stays_taken_up(tx, add):
    due, _, _ = add(), add(due_in_s=1), add(state=ChangeState.AWAITING_SECOND)
    add(recording=RecordingId("rec_2"))
    assert [c.id for c in claim_due(tx, REC)] == [due.id]
    assert [(c.id, c.state) for c in claim_due(tx, REC)] == [(due.id, ChangeState.RENDERING)]


def test_what_became_of_changes_is_noted(tx, add):
    one, two, three, four = (add().id for _ in range(4))
    mark_rendered(tx, [one], version=2)
    mark_failed(tx, [two], failure="audio: STILL_HEARD(PIN)")
    mark_undone(tx, [three])
    mark_second(tx, [four], ChangeState.WAITING, actor="user:bob", due_at=tx.now + timedelta(seconds=10))
    assert (get_change(tx, one).state, get_change(tx, one).version) == (ChangeState.RENDERED, 2)
    assert get_change(tx, two).failure == "audio: STILL_HEARD(PIN)"
    assert get_change(tx, three).state is ChangeState.UNDONE
    assert (get_change(tx, four).second_actor, get_change(tx, four).due_at) == (
        "user:bob",
        tx.now + timedelta(seconds=10),
    )


def test_a_second_reviewer_is_never_the_first_not_even_by_mistake(tx, add):
    made = add(state=ChangeState.AWAITING_SECOND)
    with pytest.raises(Exception, match="violates check constraint"):
        mark_second(tx, [made.id], ChangeState.WAITING, actor="user:ada", due_at=tx.now)


def test_a_batch_is_what_was_made_together(tx, add):
    one, two = add(batch="bat_1"), add(batch="bat_1")
    add(batch="bat_2")
    assert {c.id for c in lock_batch(tx, "bat_1")} == {one.id, two.id}


def test_what_awaits_a_second_reviewer_is_listed_page_by_page(tx, add):
    made = sorted(add(state=ChangeState.AWAITING_SECOND).id for _ in range(3))
    add()
    first = list_awaiting_second(tx, limit=2)
    assert [c.id for c in first] == made[:2]
    assert [c.id for c in list_awaiting_second(tx, after=first[-1].id)] == made[2:]


def test_another_tenant_sees_none_of_it(database, keys, tx, add):
    made = add()
    tx.connection.commit()
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as theirs, pytest.raises(NotFound):
        get_change(theirs, made.id)
