from __future__ import annotations

import pytest

from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.queue_item import WAITING, Move, QueueFilter, QueueState, moved, moves_from, read_filter


def test_a_line_is_claimed_given_back_escalated_closed_and_opened_again():
    state = QueueState.OPEN
    for move in (Move.CLAIM, Move.RELEASE, Move.ESCALATE, Move.CLAIM, Move.CLOSE, Move.REOPEN):
        state = moved(state, move)
    assert state is QueueState.OPEN


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (QueueState.CLAIMED, Move.CLAIM),
        (QueueState.OPEN, Move.RELEASE),
        (QueueState.CLOSED, Move.CLAIM),
        (QueueState.REJECTED, Move.REOPEN),
        (QueueState.PURGED, Move.REOPEN),
    ],
)
def test_no_other_way_leads_on(state, move):
    assert move not in moves_from(state)
    with pytest.raises(IllegalTransition):
        moved(state, move)


def test_what_is_purged_is_moved_by_nothing_and_what_waits_can_be_closed():
    assert moves_from(QueueState.PURGED) == ()
    assert all(Move.CLOSE in moves_from(state) for state in WAITING)


def test_a_filter_is_read_from_names_of_ours_and_written_as_it_was_read():
    given = {"state": "closed", "risk": "60", "entity": "CREDIT_CARD", "assignee": "ada.l", "search": "kept out"}
    wanted = read_filter(given)
    assert wanted == QueueFilter(state="closed", risk=60, entity="CREDIT_CARD", assignee="ada.l")
    assert read_filter(wanted.plain()) == wanted
    assert QueueFilter().plain() == {}


@pytest.mark.parametrize(
    "given",
    [
        {"state": "gone"},
        {"risk": "61"},
        {"days": "-1"},
        {"entity": "jane doe"},
        {"assignee": "ada@example.com"},
        {"policy": "F" * 64},
        {"consent": "maybe"},
        {"order": "name"},
        {"mark": "x"},
    ],
)
def test_any_other_value_is_refused(given):
    with pytest.raises(InvalidInput):
        read_filter(given)
