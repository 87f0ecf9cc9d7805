from __future__ import annotations

import pytest

from pipeline.decisions.answers import approve_answer, waiting_answer
from pipeline.model.errors import NotPermitted
from pipeline.model.subject import RequestKind
from pipeline.reads.subject_request import read_request
from tests.pipeline.steps.asking import WHOLE, asked
from tests.webhooks.api.conftest import MAKER

ASKS = {"kind": "deletion", "identifiers": [{"kind": "number", "value": "+6421234567"}], "place": "NZ"}


def test_a_deletion_is_asked_for_by_a_key_and_allowed_by_a_person_alone(empty):
    here = f"subject-requests/{empty.do('subject-requests', ASKS)['id']}"
    assert empty.refused(f"{here}/acts/answer", {"reason": "x"}) in (403, 409)
    assert empty.do(f"{here}/acts/verify", {"reason": "canary"})["identity"] == "operator"
    asked = empty.do(f"{here}/acts/answer", {"reason": "canary"})
    assert (asked["state"], "canary" in str(asked)) == ("verified", False)
    assert empty.refused(f"{here}/acts/approve", {"reason": "me"}) == 422
    name, context = here.split("/")[1], empty.stage.context
    more = {"reason": "seen", "keys": context.keys, "queue": context.queue}
    for somebody in (f"key:{empty.name}", MAKER):
        with empty.tx() as tx, pytest.raises(NotPermitted):
            approve_answer(tx, name, actor=somebody, **more)
    with empty.tx() as tx:
        approve_answer(tx, name, actor="user:ada", **more)
        acts = read_request(tx, name, keys=context.keys, actor="test").acts
    assert (acts[-1].act, acts[-1].actor, waiting_answer(acts)) == ("answer_started", "user:ada", None)


def test_a_request_is_refused_with_a_reason_and_where_the_person_is_found_is_listed(empty):
    here = f"subject-requests/{empty.do('subject-requests', ASKS)['id']}"
    assert empty.get(f"{here}/found") == {"items": [], "next": None}
    assert empty.refused(f"{here}/acts/refuse", {"reason": " "}) == 422
    assert empty.refused(f"{here}/acts/nothing", {"reason": "x"}) == 422
    assert empty.do(f"{here}/acts/refuse", {"reason": "canary"})["state"] == "refused"
    assert empty.get("subject-requests")["items"] == []
    assert len(empty.get("subject-requests?is_answered=true")["items"]) == 1


def test_a_correction_is_given_by_a_key_with_its_words(house):
    line = house.line
    recording, request = line.through(line.record(), *WHOLE), asked(line, RequestKind.CORRECTION)
    here = f"subject-requests/{request.id}"
    turns = house.get(f"{here}/turns?recording={recording.id}")["items"]
    assert (len(turns) > 1, turns[0]["corrected"]) == (True, "")
    words = {"recording": recording.id, "reason": "x", "corrections": [{"turn": 1, "text": "it was the blue one"}]}
    assert house.refused(f"{here}/correction", words | {"corrections": words["corrections"] * 2}) == 422
    house.do(f"{here}/correction", words)
    assert house.queue.answers == [(request.id, (recording.id,))]
    assert house.refused(f"{here}/correction", words) == 409
