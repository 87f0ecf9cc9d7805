from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.decisions.batches import apply_batch, undo_batch
from pipeline.decisions.corrections import Saying, undo
from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput
from pipeline.model.review import ChangeKind, ChangeState, FindingFilter, NotPersonal
from pipeline.reads.findings import preview_batch
from pipeline.store.redaction_changes import list_changes
from tests.corrections import published, reviewer, shown
from tests.queued import Queued

COMPANY = Saying(kind=ChangeKind.NOT_PERSONAL, code=NotPersonal.COMPANY)
NAMES = FindingFilter(type=T.PERSON)


@pytest.fixture
def recordings(line):
    return [published(line) for _ in range(2)]


def previewed(line, filter=NAMES):
    return preview_batch(line.context.vault, line.owner.id, filter, actor="user:ada").findings


def applied(line, queue, saying=COMPANY, filter=NAMES):
    with line.tx() as tx:
        return apply_batch(tx, previewed(line, filter), saying, filter=filter, by=reviewer(line, queue=queue))


def states(line, recordings) -> list[ChangeState]:
    with line.tx() as tx:
        return [change.state for recording in recordings for change in list_changes(tx, recording.id)]


def test_a_batch_says_the_same_of_every_finding_and_is_rendered_after_its_time(line, recordings, clock):
    queue = Queued()
    batch = applied(line, queue)
    assert (batch.changes, batch.filter) == (2, {"type": "PERSON", "max_score": 1.0})
    (facts,) = line.events(AuditTag.REDACTION_BATCHED)
    assert facts == {"kind": "not_personal", "code": "company", "changes": 2, "recordings": 2, "types": "PERSON"}
    clock.move(seconds=121)
    queue.work_off(line.context)
    assert all("canaryname" in shown(line, recording) for recording in recordings)
    with pytest.raises(IllegalTransition), line.tx() as tx:
        undo_batch(tx, batch.id, actor="user:ada")


def test_a_batch_is_taken_back_at_once_and_nothing_of_it_is_rendered(line, recordings, clock):
    queue = Queued()
    batch = applied(line, queue)
    with line.tx() as tx:
        assert len(undo_batch(tx, batch.id, actor="user:bob")) == 2
    clock.move(seconds=121)
    queue.work_off(line.context)
    assert states(line, recordings) == [ChangeState.UNDONE] * 2
    assert not any("canaryname" in shown(line, recording) for recording in recordings)
    with pytest.raises(IllegalTransition), line.tx() as tx:
        undo_batch(tx, batch.id, actor="user:bob")


def test_what_is_left_of_a_batch_can_be_taken_back(line, recordings):
    batch = applied(line, Queued())
    with line.tx() as tx:
        undo(tx, list_changes(tx, recordings[0].id)[0].id, actor="user:ada")
        assert len(undo_batch(tx, batch.id, actor="user:ada")) == 1


def test_a_confirmed_batch_can_be_taken_back_too(line, recordings):
    batch = applied(line, Queued(), Saying(kind=ChangeKind.CONFIRM))
    assert states(line, recordings) == [ChangeState.NOTED] * 2
    assert previewed(line) == ()
    with line.tx() as tx:
        undo_batch(tx, batch.id, actor="user:ada")
    assert len(previewed(line)) == 2


def test_what_is_of_high_risk_waits_for_a_second_person_in_a_batch_too(line, recordings):
    queue = Queued()
    cards = [replace(one, place=replace(one.place, type=T.CREDIT_CARD)) for one in previewed(line)]
    with line.tx() as tx:
        apply_batch(tx, cards, COMPANY, filter=NAMES, by=reviewer(line, queue=queue))
    assert (states(line, recordings), queue.waiting) == ([ChangeState.AWAITING_SECOND] * 2, {})


def test_one_finding_that_cannot_be_changed_stops_the_whole_batch(line, recordings):
    found = previewed(line)
    stale = [found[0], replace(found[1], place=replace(found[1].place, version=2))]
    with pytest.raises(Conflict), line.tx() as tx:
        apply_batch(tx, stale, COMPANY, filter=NAMES, by=reviewer(line))
    assert states(line, recordings) == []


def test_nothing_and_too_much_and_what_is_decided_are_no_batch(line, recordings):
    found = previewed(line)
    for wrong in ([], list(found) * 251):
        with pytest.raises(InvalidInput), line.tx() as tx:
            apply_batch(tx, wrong, COMPANY, filter=NAMES, by=reviewer(line))
    applied(line, Queued())
    with line.tx() as tx:
        (change,) = list_changes(tx, recordings[0].id)
        with pytest.raises(Conflict):
            apply_batch(tx, [replace(found[0], change=change)], COMPANY, filter=NAMES, by=reviewer(line))
