from __future__ import annotations

import pytest

from pipeline.model.errors import Conflict, InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import ANY, NOBODY, QueueFilter, QueueState
from pipeline.model.recording import RecordingState
from pipeline.model.retention import RetentionBasis
from pipeline.model.risk import ConsentSign, Mark, RiskCode, RiskPart
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recordings import get_recording
from pipeline.store.reduce_rows import reduce_recording
from pipeline.store.review_queue import (
    count_waiting,
    find_next,
    get_item,
    lock_item,
    put_assessment,
    put_item,
    read_queue,
)
from pipeline.store.word_index import put_terms
from tests.conftest import make_tenant
from tests.queue_items import a_line


def ids(page) -> list[RecordingId]:
    return [item.recording for item in page.items]


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def walked(tx, wanted: QueueFilter) -> list[RecordingId]:
    """Every page of two, one after another."""
    seen, cursor = [], None
    while True:
        page = read_queue(tx, wanted, cursor=cursor, limit=2)
        seen, cursor = seen + ids(page), page.cursor
        if cursor is None:
            return seen


def test_the_riskiest_stands_first_then_the_oldest_and_pages_leave_none_out(database, tenant, keys, clock):
    made = []
    for risk in (10, 90, 40, 90, 0):
        with database.transaction(tenant.id) as tx:
            made.append((100 - risk, tx.now, a_line(tx, keys, risk=risk)))
        clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        assert walked(tx, QueueFilter()) == [recording for _, _, recording in sorted(made)]
        aged = read_queue(tx, QueueFilter(order="age"), limit=2)
        rest = read_queue(tx, QueueFilter(order="age"), cursor=aged.cursor)
        assert ids(aged) + ids(rest) == [recording for _, _, recording in made]
        for _, _, recording in made[1:3]:
            put_item(tx, get_item(tx, recording), state=QueueState.CLOSED, assignee=None, escalated_to=None)
        assert walked(tx, QueueFilter(state=ANY)) == [recording for _, _, recording in sorted(made)]
        assert walked(tx, QueueFilter(state=ANY, order="age")) == [recording for _, _, recording in made]


def test_each_filter_keeps_what_it_names(tx, keys):
    card = a_line(tx, keys, risk=80, types=("CREDIT_CARD", "PERSON"))
    calm = a_line(tx, keys, risk=0, types=(), consent=ConsentSign.MISSING, marks=(Mark.NONE_FOUND,), policy="a" * 64)
    assert ids(read_queue(tx, QueueFilter(entity="CREDIT_CARD"))) == [card]
    assert ids(read_queue(tx, QueueFilter(risk=60))) == [card]
    assert ids(read_queue(tx, QueueFilter(consent="missing"))) == [calm]
    assert ids(read_queue(tx, QueueFilter(mark="none_found"))) == [calm]
    assert ids(read_queue(tx, QueueFilter(policy="a" * 64))) == [calm]
    assert ids(read_queue(tx, QueueFilter(days=1))) == []
    item = lock_item(tx, card, version=1)
    put_item(tx, item, state=QueueState.CLAIMED, assignee="user:ada", escalated_to=None)
    assert ids(read_queue(tx, QueueFilter(assignee="user:ada"))) == [card]
    assert ids(read_queue(tx, QueueFilter(assignee=NOBODY))) == [calm]
    assert ids(read_queue(tx, QueueFilter(state="claimed"))) == [card]
    put_item(tx, get_item(tx, calm), state=QueueState.CLOSED, assignee=None, escalated_to=None)
    assert ids(read_queue(tx, QueueFilter())) == [card]
    assert ids(read_queue(tx, QueueFilter(state=ANY))) == [card, calm]
    assert count_waiting(tx) == 1


def test_how_long_it_waits_is_asked_for(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        old = a_line(tx, keys)
    clock.move(days=8)
    with database.transaction(tenant.id) as tx:
        a_line(tx, keys)
        assert ids(read_queue(tx, QueueFilter(days=7))) == [old]


def test_two_people_never_move_one_line_at_once(tx, keys):
    recording = a_line(tx, keys)
    item = lock_item(tx, recording, version=1)
    put_item(tx, item, state=QueueState.CLAIMED, assignee="user:ada", escalated_to=None)
    with pytest.raises(Conflict):
        lock_item(tx, recording, version=1)


def test_a_new_assessment_replaces_the_old_one_and_moves_nothing(tx, keys):
    recording = a_line(tx, keys, risk=20)
    item = get_item(tx, recording)
    assert item.risk == 20
    assert item.parts == (RiskPart(code=RiskCode.UNSURE, points=20, count=3),)
    assert item.version == 1


def test_words_find_what_is_published_and_has_all_of_them(tx, keys):
    both, one = a_line(tx, keys), a_line(tx, keys)
    withheld = a_line(tx, keys, state=RecordingState.WITHHELD)
    ended = a_line(tx, keys)
    for recording in (both, withheld, ended):
        put_terms(tx, recording, "art_1", (5, -7, 9))
    put_terms(tx, one, "art_2", (5, 9))
    cause = RetentionBasis.DELETION_REQUEST
    ending = Ending(scope_kind="recording", scope_id=ended, cause=cause, source="x", ends_on=tx.now.date())
    add_ending(tx, ending, actor="test")
    assert ids(read_queue(tx, QueueFilter(), terms=(5, -7))) == [both]
    assert set(ids(read_queue(tx, QueueFilter(), terms=(5,)))) == {both, one}
    assert ids(read_queue(tx, QueueFilter(), terms=(5, 8))) == []


def test_what_is_purged_says_nothing_any_more_and_is_assessed_no_more(tx, keys):
    recording = a_line(tx, keys, risk=80)
    reduce_recording(tx, get_recording(tx, recording), why="child")
    item = get_item(tx, recording)
    assert (item.state, item.risk, item.parts, item.marks, item.entity_types) == (QueueState.PURGED, 0, (), (), ())
    assert item.consent is None
    assert ids(read_queue(tx, QueueFilter())) == []


def test_nobody_sees_or_moves_a_line_of_another_tenant(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        recording = a_line(tx, keys)
        found = get_item(tx, recording)
    with database.transaction(other.id) as tx:
        assert ids(read_queue(tx, QueueFilter(state=ANY))) == []
        with pytest.raises(NotFound):
            get_item(tx, recording)
        with pytest.raises(NotFound):
            lock_item(tx, recording, version=1)
        assert not put_assessment(tx, recording, _nothing())
    with database.transaction(tenant.id) as tx:
        assert get_item(tx, recording) == found


def test_a_cursor_of_another_order_is_refused(tx, keys):
    for _ in range(2):
        a_line(tx, keys)
    page = read_queue(tx, QueueFilter(order="age"), limit=1)
    with pytest.raises(InvalidInput):
        read_queue(tx, QueueFilter(), cursor=page.cursor)


def _nothing():
    from pipeline.store.review_queue import Assessed

    return Assessed(parts=(), marks=(), entity_types=(), entities=0, consent=ConsentSign.GRANTED, policy_digest=None)


def test_after_a_line_comes_the_next_that_is_nobodys_or_ones_own_and_then_the_first_again(tx, keys):
    first, second, third = (a_line(tx, keys, risk=risk) for risk in (90, 50, 20))
    following = {one: find_next(tx, one, actor="user:ada").recording for one in (first, second, third)}
    assert following == {first: second, second: third, third: first}
    item = get_item(tx, second)
    put_item(tx, item, state=QueueState.CLAIMED, assignee="user:grace", escalated_to=None)
    assert find_next(tx, first, actor="user:ada").recording == third
    assert find_next(tx, first, actor="user:grace").recording == second
