from __future__ import annotations

import pytest

from pipeline.decisions.review_queue import MoveAsk, look_for, move_item, save_search
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import Move, QueueFilter, QueueState
from pipeline.store.audit import list_events
from pipeline.store.review_moves import list_moves
from pipeline.store.review_queue import get_item
from pipeline.store.word_index import get_word_search
from tests.queue_items import a_line


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


@pytest.fixture
def moving(tx, keys):
    """Moves one recording as it is seen at that moment."""
    recording = a_line(tx, keys)

    def move(what: Move, *, actor: str = "user:ada", **more):
        ask = MoveAsk(move=what, version=get_item(tx, recording).version, **more)
        return move_item(tx, recording, ask, keys=keys, actor=actor)

    move.recording = recording
    return move


def test_a_recording_goes_from_hand_to_hand_and_every_hand_is_in_the_log(tx, keys, moving):
    assert moving(Move.CLAIM).assignee == "user:ada"
    assert moving(Move.RELEASE).assignee is None
    assert moving(Move.ASSIGN, towards="user:grace").assignee == "user:grace"
    escalated = moving(Move.ESCALATE, actor="user:grace", towards="group:tenant_admin", note="canary words")
    assert (escalated.state, escalated.assignee) == (QueueState.ESCALATED, None)
    assert escalated.escalated_to == "group:tenant_admin"
    moving(Move.CLAIM)
    assert moving(Move.CLOSE).state is QueueState.CLOSED
    assert moving(Move.REOPEN, note="a caller rang").state is QueueState.OPEN
    events = [e.entry for e in list_events(tx) if e.entry.tag.startswith("review:item:")]
    assert [e.tag.rsplit(":", 1)[1] for e in events] == [
        "opened", "claimed", "released", "assigned", "escalated", "claimed", "closed", "reopened",
    ]  # fmt: skip
    assert "canary" not in str(events)
    assert len(list_moves(tx, moving.recording, keys=keys)) == 7


def test_who_saw_an_older_state_moves_nothing(tx, keys, moving):
    moving(Move.CLAIM)
    with pytest.raises(Conflict):
        move_item(tx, moving.recording, MoveAsk(move=Move.CLOSE, version=1), keys=keys, actor="user:grace")
    assert get_item(tx, moving.recording).assignee == "user:ada"


def test_nobody_gives_back_closes_or_escalates_what_another_works_on(moving):
    moving(Move.CLAIM)
    for move in (Move.RELEASE, Move.CLOSE, Move.ESCALATE):
        with pytest.raises(NotPermitted):
            moving(move, actor="user:grace", note="mine", towards="user:grace")
    with pytest.raises(IllegalTransition):
        moving(Move.CLAIM, actor="user:grace")


def test_an_escalation_needs_words_and_somebody_it_goes_to(moving):
    for wrong in ({"note": ""}, {"note": "x", "towards": "ada"}, {"note": "x", "towards": "user:ada@example.com"}):
        with pytest.raises(InvalidInput):
            moving(Move.ESCALATE, **({"towards": "user:grace"} | wrong))
    with pytest.raises(InvalidInput):
        moving(Move.ESCALATE, towards="user:grace", note="x" * 1001)


def test_what_is_not_before_the_reviewers_cannot_be_moved(tx, keys):
    with pytest.raises(NotFound):
        move_item(tx, RecordingId("rec_none"), MoveAsk(move=Move.CLAIM, version=1), keys=keys, actor="user:ada")


def test_a_search_has_a_name(tx, keys):
    with pytest.raises(InvalidInput):
        save_search(tx, QueueFilter(), name="  ", keys=keys, actor="user:ada")
    assert save_search(tx, QueueFilter(), name=" mine ", keys=keys, actor="user:ada")


def test_what_is_looked_for_is_in_the_log_as_a_number_of_words(tx, keys):
    made = look_for(tx, '"canary refund"', keys=keys, actor="user:ada")
    assert get_word_search(tx, made, actor="user:ada", keys=keys).is_phrase
    [event] = [e.entry for e in list_events(tx) if e.entry.tag == "review:words:searched"]
    assert (event.target, dict(event.facts)) == (made, {"words": 2})
    with pytest.raises(InvalidInput):
        look_for(tx, "[PERSON_1]", keys=keys, actor="user:ada")
