from __future__ import annotations

import pytest

from pipeline.decisions.give_correction import GivenWords, give_correction
from pipeline.model.correction import Correction
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound
from pipeline.model.subject import RequestKind
from tests.disposal import rows
from tests.fakes import NotedQueue
from tests.pipeline.steps.asking import WHOLE, asked

WORDS = (Correction(turn=1, text="canary Quilliam"),)


def give(line, request, recording: str, queue, *, words=WORDS, reason="canary seen"):
    given = GivenWords(recording=recording, corrections=words, reason=reason)
    with line.tx() as tx:
        return give_correction(tx, request.id, given, actor="user:ada", keys=line.context.vault.keys, queue=queue)


def test_the_words_are_sealed_and_a_worker_is_started_once(line):
    recording, queue = line.through(line.record(), *WHOLE), NotedQueue()
    request = asked(line, RequestKind.CORRECTION)
    give(line, request, recording.id, queue)
    assert queue.answers == [(request.id, (recording.id,))]
    with pytest.raises(IllegalTransition, match="a worker is writing"):
        give(line, request, recording.id, queue)
    written = rows(line, "select facts, act from earmark.subject_request_events")
    assert "canary" not in str(written) + str(rows(line, "select facts from earmark.audit_events"))


def test_what_cannot_be_corrected_starts_nothing(line):
    recording, queue = line.through(line.record(), *WHOLE), NotedQueue()
    request, access = asked(line, RequestKind.CORRECTION), asked(line, RequestKind.ACCESS)
    unproved = asked(line, RequestKind.CORRECTION, is_proved=False)
    for which, where, more, error in (
        (request, recording.id, {"words": ()}, InvalidInput), (request, recording.id, {"reason": " "}, InvalidInput),
        (request, "rec_none", {}, NotFound), (access, recording.id, {}, InvalidInput),
        (unproved, recording.id, {}, IllegalTransition),
    ):  # fmt: skip
        with pytest.raises(error):
            give(line, which, where, queue, **more)
    assert queue.answers == []
