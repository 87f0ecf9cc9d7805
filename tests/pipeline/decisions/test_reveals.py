from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.children import note_child
from pipeline.decisions.reveals import answer_reveal, ask_reveal
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.reveal import RevealPurpose, RevealState
from pipeline.store.reveals import get_reveal
from tests.corrections import an_ending, finding, published, reviewer


@pytest.fixture
def recording(line):
    return published(line)


@pytest.fixture
def asked(line, recording):
    place = finding(line, recording).place
    with line.tx() as tx:
        return ask_reveal(tx, place, purpose=RevealPurpose.FRAUD, reason="is it the canary", by=reviewer(line))


def test_what_is_asked_stands_in_the_log_with_its_purpose_and_without_its_reason(line, asked, recording):
    assert line.events(AuditTag.REVEAL_ASKED) == [{"recording": recording.id, "type": "PERSON", "purpose": "fraud"}]
    assert asked.state_at(asked.asked_at) is RevealState.ASKED


def test_somebody_else_allows_it_for_five_minutes(line, asked):
    with line.tx() as tx:
        allowed = answer_reveal(tx, asked.id, allows=True, actor="user:bob")
        assert get_reveal(tx, asked.id) == allowed
        assert allowed.ends_at == tx.now + timedelta(minutes=5)
    assert line.events(AuditTag.REVEAL_ALLOWED)[0]["asked_by"] == "user:ada"
    with pytest.raises(IllegalTransition), line.tx() as tx:
        answer_reveal(tx, asked.id, allows=True, actor="user:eve")


def test_nobody_allows_their_own_but_may_take_it_back(line, asked):
    with pytest.raises(NotPermitted), line.tx() as tx:
        answer_reveal(tx, asked.id, allows=True, actor="user:ada")
    with line.tx() as tx:
        taken = answer_reveal(tx, asked.id, allows=False, actor="user:ada")
        assert taken.state_at(tx.now) is RevealState.REFUSED
    assert len(line.events(AuditTag.REVEAL_REFUSED)) == 1


def test_an_asking_is_over_within_the_hour(line, asked, clock):
    clock.move(minutes=60)
    with pytest.raises(IllegalTransition, match="expired"), line.tx() as tx:
        answer_reveal(tx, asked.id, allows=True, actor="user:bob")


def test_without_a_reason_nothing_is_asked(line, recording):
    with pytest.raises(InvalidInput), line.tx() as tx:
        ask_reveal(tx, finding(line, recording).place, purpose=RevealPurpose.FRAUD, reason=" ", by=reviewer(line))


def test_of_what_has_ended_or_is_a_childs_nothing_is_asked_nor_allowed(line, recording, asked):
    place = finding(line, recording).place
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:bob")
    for end in (lambda: None, lambda: an_ending(line, recording)):
        end()
        with pytest.raises(NotPermitted), line.tx() as tx:
            answer_reveal(tx, asked.id, allows=True, actor="user:bob")
        with pytest.raises(NotPermitted), line.tx() as tx:
            ask_reveal(tx, place, purpose=RevealPurpose.FRAUD, reason="why", by=reviewer(line))


def test_what_is_not_there_is_not_answered(line):
    with pytest.raises(NotFound), line.tx() as tx:
        answer_reveal(tx, "rvl_0", allows=True, actor="user:bob")
