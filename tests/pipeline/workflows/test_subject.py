from __future__ import annotations

import pytest

from pipeline.decisions.subject_requests import refuse
from pipeline.intake.prove_identity import withdraw_own_calls
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Outcome, standings
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.ids import LegId, new_id
from pipeline.model.subject import RequestKind, RequestState
from pipeline.steps.decide import decide_artifacts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.call_progress import lock_call
from pipeline.store.calls import add_leg, get_call, mark_ended, number_ref
from pipeline.store.consents import list_consents
from pipeline.store.decisions import find_decision
from pipeline.store.recalls import list_causes
from pipeline.store.subject_requests import get_request
from pipeline.workflows.subject import answer_request
from tests.fakes import NotedQueue
from tests.line import Line
from tests.pipeline.steps.asking import CALLER, WHOLE, asked
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.queued import Queued

K = RequestKind


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


def answered(line, kind, **more):
    queue = NotedQueue()
    request = asked(line, kind, **more)
    return answer_request(line.context, line.owner.id, request.id, queue=queue), request, queue


def reasons(line, recording) -> set[str]:
    artifact = line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        return {reason["code"] for reason in find_decision(tx, artifact.id).record["training"]["reasons"]}


@pytest.mark.parametrize("kind", [K.ACCESS, K.PORTABILITY, K.DELETION, K.WITHDRAWAL, K.OBJECTION, K.OPT_OUT_OF_SALE])
@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_each_kind_is_answered_once_and_told_again(line, kind):
    line.through(line.record(), *WHOLE)
    receipt, request, queue = answered(line, kind)
    with line.tx() as tx:
        assert get_request(tx, request.id).state is RequestState.ANSWERED
    again = answer_request(line.context, line.owner.id, request.id, queue=queue)
    assert {k: v for k, v in again.items() if k != "artifact"} == {k: v for k, v in receipt.items() if k != "artifact"}


@pytest.mark.contradiction(11)
def test_an_objection_needs_no_proof_and_stands_in_every_later_decision(line):
    recording = line.through(line.record(), *WHOLE)
    receipt, request, _ = answered(line, K.OBJECTION, is_proved=False)
    assert receipt["recordings"] == 1
    assert "RIGHTS_PENDING" in reasons(line, recording)
    later = line.through(line.record(), *WHOLE)
    assert "RIGHTS_PENDING" in reasons(line, later)
    assert request.kind is K.OBJECTION


def test_a_withdrawal_after_the_call_takes_back_every_permission_and_ends_what_it_allowed(line):
    recording = line.through(line.record(), *WHOLE)
    with line.tx() as tx:
        call_sid = get_call(tx, recording.call).call_sid
        lock_call(tx, call_sid)
        mark_ended(tx, recording.call, at=tx.now)
    before = reasons(line, recording)
    receipt, request, queue = answered(line, K.WITHDRAWAL)
    assert receipt == {"calls": 1, "recordings": 1}
    assert queue.judged == [(recording.id, f"withdrawn:{request.id}:caller-1")]
    assert reasons(line, recording) == before  # it is judged by the queue, and by nobody else
    decide_artifacts(line.context, line.owner.id, recording.id)
    assert [call for _, call, _ in queue.ended] == [recording.call]
    with line.tx() as tx:
        standing = standings(list_consents(tx, recording.call))
        assert {s.outcome for s in standing if s.leg_role == "caller"} == {Outcome.WITHDRAWN}
        found = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is ArtifactKind.RECORDING_ORIGINAL]
        assert find_decision(tx, found[0].id).record["retention"]["ended_by"] == "withdrawal"


def test_answering_after_the_proof_starts_nothing_twice_and_takes_up_what_was_found_since(line):
    recording, queue = line.through(line.record(), *WHOLE), Queued()
    request = asked(line, K.WITHDRAWAL)
    with line.tx() as tx:
        withdraw_own_calls(tx, get_request(tx, request.id), keys=line.context.vault.keys, queue=queue)
    queue.work_off(line.context)
    assert "WITHDRAWN" in reasons(line, recording)
    later = line.through(line.record(), *WHOLE)
    receipt = answer_request(line.context, line.owner.id, request.id, queue=queue)
    assert receipt == {"calls": 2, "recordings": 2}
    assert list(queue.waiting) == [f"judge:{later.id}:withdrawn:{request.id}:caller-1"]
    with line.tx() as tx:
        assert list_causes(tx, later.id) == (RecallCause.WITHDRAWAL,)
    queue.work_off(line.context)
    assert "WITHDRAWN" in reasons(line, later)


def test_another_leg_of_the_person_that_is_found_later_has_the_call_judged_again(line):
    recording, queue = line.through(line.record(), *WHOLE), Queued()
    keys, request = line.context.vault.keys, asked(line, K.WITHDRAWAL)
    with line.tx() as tx:
        withdraw_own_calls(tx, get_request(tx, request.id), keys=keys, queue=queue)
    queue.work_off(line.context)
    leg = Leg(
        id=LegId(new_id("leg")),
        call=recording.call,
        role=LegRole.CALLEE,
        leg_sid=None,
        number_ref=number_ref(CALLER, keys=keys, tenant=line.owner.id),
        candidates=("US-NY",),
    )
    with line.tx() as tx:
        add_leg(tx, leg)
    answer_request(line.context, line.owner.id, request.id, queue=queue)
    assert list(queue.waiting) == [f"judge:{recording.id}:withdrawn:{request.id}:callee-1"]


@pytest.mark.parametrize("kind", [K.WITHDRAWAL, K.DELETION, K.ACCESS])
def test_nothing_is_done_for_whoever_has_not_shown_who_they_are_or_was_refused(line, kind):
    line.through(line.record(), *WHOLE)
    with pytest.raises(IllegalTransition):
        answered(line, kind, is_proved=False)
    request = asked(line, kind)
    with line.tx() as tx:
        refuse(tx, request.id, actor="cli", reason="another law", keys=line.context.vault.keys)
        before = get_request(tx, request.id)
    with pytest.raises(IllegalTransition):
        answer_request(line.context, line.owner.id, request.id, queue=NotedQueue())
    with line.tx() as tx:
        assert get_request(tx, request.id) == before


def test_a_correction_needs_its_words(line):
    with pytest.raises(InvalidInput):
        answered(line, K.CORRECTION)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(K.DELETION, "deletion_request"), (K.WITHDRAWAL, "withdrawal"), (K.OBJECTION, "objection"), (K.ACCESS, None)],
)
@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_what_a_person_ended_leaves_every_dataset_and_what_they_erased_is_purged(line, kind, cause):
    recording = line.through(line.record(), *WHOLE)
    _, request, queue = answered(line, kind)
    with line.tx() as tx:
        assert [c.value for c in list_causes(tx, recording.id)] == ([] if cause is None else [cause])
    purged = [(line.owner.id, recording.id, request.id)]
    assert queue.purges == (purged if kind is K.DELETION else [])
