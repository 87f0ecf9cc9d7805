from __future__ import annotations

from pipeline.model.subject import RequestKind as K
from pipeline.model.subject import RequestState as S
from pipeline.model.user import Role
from pipeline.store.subject_requests import get_request
from tests.pipeline.steps.asking import asked


def state(desk, request) -> S:
    with desk.line.tx() as tx:
        return get_request(tx, request.id).state


def at(person, request):
    """Open a request's page, and give what posts one of its acts."""
    here = f"/operations/requests/{request.id}"
    person.get(here)
    return lambda act, reason="canary reason", **more: person.post(f"{here}/{act}", reason=reason, **more)


def test_proof_is_attested_and_the_answer_begins(desk):
    request, op = asked(desk.line, K.ACCESS, is_proved=False), desk.operator()
    act = at(op, request)
    early = act("answer")
    assert (early.status_code, "look at proof first" in early.text, desk.queue.answers) == (409, True, [])
    assert act("verify", reason="").status_code == 422
    assert (act("verify").status_code, state(desk, request)) == (303, S.VERIFIED)
    assert act("answer").headers["location"].endswith("?done=started")
    assert desk.queue.answers == [(request.id, ())]
    page = op.get(f"/operations/requests/{request.id}").text
    assert page.count("canary reason") == 2
    moved = desk.line.events("subject:request:moved") + desk.line.events("subject:answer:started")
    assert "canary" not in str(moved)


def test_a_deletion_is_asked_for_by_one_and_approved_by_another(desk):
    request, also = asked(desk.line, K.DELETION), desk.line.record()
    ann, bob = desk.operator("ann"), desk.operator("bob")
    asks, approves = at(ann, request), at(bob, request)
    wrong = asks("answer", also="rec_none")
    assert (wrong.status_code, desk.queue.answers) == (404, [])
    assert asks("answer", also=f"{also.id}\n").headers["location"].endswith("?done=asked")
    mine = ann.get(f"/operations/requests/{request.id}").text
    assert ("Another person must approve" in mine, "Approve, and delete" in mine) == (True, False)
    same = asks("approve")
    assert (same.status_code, "another person must" in same.text, desk.queue.answers) == (403, True, [])
    assert "ann asked for it" in bob.get(f"/operations/requests/{request.id}").text
    assert approves("approve").status_code == 303
    assert desk.queue.answers == [(request.id, (also.id,))]
    late = approves("take-back")
    assert (late.status_code, "decided meanwhile" in late.text) == (409, True)


def test_a_request_is_refused_and_closed_with_reasons_and_a_correction_answered_by_hand(desk):
    refused, correction = asked(desk.line, K.ACCESS), asked(desk.line, K.CORRECTION)
    op = desk.operator()
    act = at(op, refused)
    assert (act("refuse").status_code, state(desk, refused)) == (303, S.REFUSED)
    assert (act("close").status_code, state(desk, refused)) == (303, S.CLOSED)
    assert act("refuse").status_code == 409
    act = at(op, correction)
    assert act("answer").status_code == 422
    assert (act("by-hand").status_code, state(desk, correction)) == (303, S.ANSWERED)
    assert act("burn").status_code == 404


def test_an_agent_is_attested_and_nobody_but_an_operator_decides(desk):
    request, op = asked(desk.line, K.ACCESS, is_proved=False), desk.operator()
    auditor = desk.sits("aud", Role.AUDITOR, Role.TENANT_ADMIN)
    act = at(auditor, request)
    assert {act(name).status_code for name in ("verify", "refuse", "answer", "close")} == {403}
    assert at(op, request)("verify-agent").status_code == 303
    with desk.line.tx() as tx:
        assert get_request(tx, request.id).identity == "agent"
