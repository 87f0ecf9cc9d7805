from __future__ import annotations

import pytest

from pipeline.decisions.answers import approve_answer, ask_answer, take_back_answer, waiting_answer
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.subject import RequestKind as K
from pipeline.store.subject_requests import list_acts
from tests.fakes import NotedQueue
from tests.pipeline.steps.asking import asked


@pytest.fixture
def queue():
    return NotedQueue()


def ask(line, request, queue, actor="user:ann", reason="canary reason", also=()):
    with line.tx() as tx:
        keys = line.context.vault.keys
        return ask_answer(tx, request.id, actor=actor, reason=reason, keys=keys, queue=queue, also=also)


def approve(line, request, queue, actor="user:bob"):
    with line.tx() as tx:
        keys = line.context.vault.keys
        return approve_answer(tx, request.id, actor=actor, reason="looked at it", keys=keys, queue=queue)


def take_back(line, request, actor="user:ann"):
    with line.tx() as tx:
        return take_back_answer(tx, request.id, actor=actor, reason="mistaken", keys=line.context.vault.keys)


def waiting(line, request):
    with line.tx() as tx:
        return waiting_answer(list_acts(tx, request.id))


@pytest.mark.parametrize("kind", [K.ACCESS, K.PORTABILITY, K.WITHDRAWAL, K.OBJECTION])
def test_what_takes_nothing_away_for_good_begins_at_once(line, queue, kind):
    request = asked(line, kind)
    ask(line, request, queue)
    assert queue.answers == [(request.id, ())]
    (event,) = line.events("subject:answer:started")
    assert event["kind"] == kind
    assert "canary" not in str(event)


def test_a_deletion_begins_when_somebody_else_approves_it(line, queue):
    request, recording = asked(line, K.DELETION), line.record()
    ask(line, request, queue, also=(recording.id,))
    assert queue.answers == []
    assert (waiting(line, request).asked_by, waiting(line, request).also) == ("user:ann", (recording.id,))
    with pytest.raises(NotPermitted):
        approve(line, request, queue, actor="user:ann")
    with pytest.raises(IllegalTransition):
        ask(line, request, queue, actor="user:bob")
    approve(line, request, queue)
    assert queue.answers == [(request.id, (recording.id,))]
    assert waiting(line, request) is None
    with pytest.raises(IllegalTransition):
        approve(line, request, queue, actor="user:eve")
    assert len(queue.answers) == 1


def test_what_was_taken_back_may_be_asked_for_again_and_cannot_be_approved(line, queue):
    request = asked(line, K.DELETION)
    ask(line, request, queue)
    take_back(line, request)
    with pytest.raises(IllegalTransition):
        approve(line, request, queue)
    with pytest.raises(IllegalTransition):
        take_back(line, request)
    ask(line, request, queue, actor="user:bob")
    approve(line, request, queue, actor="user:ann")
    assert len(queue.answers) == 1


def test_nothing_begins_before_it_is_known_who_asks_or_without_a_reason(line, queue):
    unproved, correction, deletion = (
        asked(line, K.ACCESS, is_proved=False),
        asked(line, K.CORRECTION),
        asked(line, K.DELETION),
    )
    with pytest.raises(IllegalTransition):
        ask(line, unproved, queue)
    with pytest.raises(InvalidInput):
        ask(line, correction, queue)
    with pytest.raises(InvalidInput):
        ask(line, deletion, queue, reason="")
    with pytest.raises(NotFound):
        ask(line, deletion, queue, also=("rec_other",))
    with pytest.raises(InvalidInput):
        ask(line, asked(line, K.ACCESS), queue, also=("rec_other",))
    assert (queue.answers, waiting(line, deletion)) == ([], None)
