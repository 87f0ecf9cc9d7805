from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.decisions.corrections import Missed, Saying, add_missed, check_correctable, say, second, undo
from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.recording import RecordingState
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal, ReviewState
from pipeline.model.span import TimeSpan
from pipeline.store.recordings import withhold_published
from pipeline.store.redaction_changes import get_change, list_changes, read_change_reason
from pipeline.store.reviews import find_review_state, mark_review
from tests.corrections import THANKS, an_ending, finding, published, reviewer, shown
from tests.queued import Queued

CONFIRM = Saying(kind=ChangeKind.CONFIRM)
COMPANY = Saying(kind=ChangeKind.NOT_PERSONAL, code=NotPersonal.COMPANY)
MISSED = Missed(version=1, channel=0, time=THANKS, type=T.LOCATION)


@pytest.fixture
def recording(line):
    return published(line)


def high_risk(line, recording):
    """The number, as if it had been taken for a card's."""
    return replace(finding(line, recording, T.PHONE_NUMBER).place, type=T.CREDIT_CARD)


def test_a_confirmation_is_noted_with_its_audit_event_and_renders_nothing(line, recording):
    queue = Queued()
    with line.tx() as tx:
        made = say(tx, finding(line, recording).place, CONFIRM, by=reviewer(line, queue=queue))
    assert (made.state, made.actor, queue.waiting) == (ChangeState.NOTED, "user:ada", {})
    (facts,) = line.events(AuditTag.REDACTION_CHANGED)
    assert (facts["kind"], facts["type"], facts["state"]) == ("confirm", "PERSON", "noted")


def test_what_is_not_personal_is_shown_in_the_next_version_once_it_is_due(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        say(tx, finding(line, recording).place, replace(COMPANY, reason="a firm"), by=reviewer(line, queue=queue))
    clock.move(seconds=11)
    queue.work_off(line.context)
    assert "canaryname" in shown(line, recording)
    with line.tx() as tx:
        (made,) = list_changes(tx, recording.id)
        assert (made.state, made.version, made.code) == (ChangeState.RENDERED, 2, NotPersonal.COMPANY)
        assert read_change_reason(tx, made.id, keys=line.context.vault.keys) == "a firm"
    assert "a firm" not in str(line.events(AuditTag.REDACTION_CHANGED))


def test_what_was_missed_is_hidden_in_the_next_version(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue), reason="")
    clock.move(seconds=11)
    queue.work_off(line.context)
    assert "thanks" not in shown(line, recording)
    assert finding(line, recording, T.LOCATION).place.version == 2


def test_changes_made_one_after_the_other_are_rendered_together(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        say(tx, finding(line, recording).place, COMPANY, by=reviewer(line, queue=queue))
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue))
    clock.move(seconds=11)
    queue.work_off(line.context)
    with line.tx() as tx:
        assert [made.version for made in list_changes(tx, recording.id)] == [2, 2]


@pytest.mark.parametrize(
    "saying",
    [
        Saying(kind=ChangeKind.NOT_PERSONAL),
        Saying(kind=ChangeKind.CONFIRM, code=NotPersonal.COMPANY),
        Saying(kind=ChangeKind.ADD),
        Saying(kind=ChangeKind.NOT_PERSONAL, code=NotPersonal.OTHER, reason=" "),
    ],
)
def test_what_is_said_without_its_reason_is_refused(line, recording, saying):
    with pytest.raises(InvalidInput), line.tx() as tx:
        say(tx, finding(line, recording).place, saying, by=reviewer(line))


def test_what_is_of_high_risk_is_shown_only_once_another_person_agrees(line, recording, clock):
    queue = Queued()
    place = high_risk(line, recording)
    with line.tx() as tx:
        made = say(tx, place, COMPANY, by=reviewer(line, queue=queue))
    assert (made.state, queue.waiting) == (ChangeState.AWAITING_SECOND, {})
    with pytest.raises(NotPermitted, match="somebody else"), line.tx() as tx:
        second(tx, [made.id], agrees=True, by=reviewer(line, queue=queue))
    with line.tx() as tx:
        (agreed,) = second(tx, [made.id], agrees=True, by=reviewer(line, "bob", queue))
    assert (agreed.state, agreed.second_actor) == (ChangeState.WAITING, "user:bob")
    assert len(queue.waiting) == 1
    assert line.events(AuditTag.REDACTION_SECONDED)[0]["first"] == "user:ada"
    with pytest.raises(IllegalTransition), line.tx() as tx:
        second(tx, [made.id], agrees=True, by=reviewer(line, "eve", queue))


def test_what_a_second_person_refuses_stays_hidden(line, recording):
    queue = Queued()
    with line.tx() as tx:
        made = say(tx, high_risk(line, recording), COMPANY, by=reviewer(line, queue=queue))
        (refused,) = second(tx, [made.id], agrees=False, by=reviewer(line, "bob", queue))
    assert (refused.state, queue.waiting) == (ChangeState.REFUSED, {})
    assert len(line.events(AuditTag.REDACTION_REFUSED)) == 1


def test_what_is_not_rendered_yet_can_be_taken_back_once(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        made = say(tx, finding(line, recording).place, COMPANY, by=reviewer(line, queue=queue))
        undo(tx, made.id, actor="user:bob")
    clock.move(seconds=11)
    queue.work_off(line.context)
    assert "canaryname" not in shown(line, recording)
    with pytest.raises(IllegalTransition), line.tx() as tx:
        undo(tx, made.id, actor="user:bob")
    with pytest.raises(NotFound), line.tx() as tx:
        undo(tx, "chg_0", actor="user:bob")


def test_a_change_of_a_place_that_is_not_settled_waits_for_it(line, recording):
    place = finding(line, recording).place
    with line.tx() as tx:
        say(tx, place, COMPANY, by=reviewer(line))
        with pytest.raises(Conflict, match="not settled"):
            say(tx, place, CONFIRM, by=reviewer(line, "bob"))


def test_what_was_seen_in_an_earlier_version_is_not_changed_blindly(line, recording, clock):
    queue = Queued()
    before = finding(line, recording).place
    with line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line, queue=queue))
    clock.move(seconds=11)
    queue.work_off(line.context)
    with pytest.raises(Conflict, match="another version"), line.tx() as tx:
        say(tx, before, COMPANY, by=reviewer(line))


def test_an_approved_review_opens_again_by_a_change_and_not_by_a_confirmation(line, recording):
    with line.tx() as tx:
        mark_review(tx, recording.id, ReviewState.APPROVED)
        say(tx, finding(line, recording).place, CONFIRM, by=reviewer(line))
        assert find_review_state(tx, recording.id) is ReviewState.APPROVED
        add_missed(tx, recording.id, MISSED, by=reviewer(line))
        assert find_review_state(tx, recording.id) is ReviewState.OPEN


def test_what_has_ended_or_was_never_published_is_not_changed(line, recording):
    place = finding(line, recording).place
    with line.tx() as tx:
        withhold_published(tx, recording.id, reason="test")
    assert line.state(recording) is RecordingState.WITHHELD
    with pytest.raises(IllegalTransition, match="nothing was published"), line.tx() as tx:
        say(tx, place, CONFIRM, by=reviewer(line))
    an_ending(line, recording)
    with pytest.raises(IllegalTransition, match="ended"), line.tx() as tx:
        add_missed(tx, recording.id, MISSED, by=reviewer(line))
    with pytest.raises(NotFound), line.tx() as tx:
        check_correctable(tx, "rec_0", version=1)


def test_a_decision_that_is_rolled_back_leaves_nothing(line, recording):
    def fail() -> None:
        with line.tx() as tx:
            add_missed(tx, recording.id, replace(MISSED, time=TimeSpan(1, 2)), by=reviewer(line))
            raise Conflict

    with pytest.raises(Conflict):
        fail()
    with line.tx() as tx:
        assert list_changes(tx, recording.id) == ()
        with pytest.raises(NotFound):
            get_change(tx, "chg_0")
