from __future__ import annotations

from pipeline.model.queue_item import ANY, ME, NOBODY, WAITS, Move, QueueOrder, QueueState
from pipeline.model.risk import ConsentSign, Mark
from webhooks.review.queue_words import SAID


def test_every_code_has_its_words_and_no_two_kinds_share_a_code():
    codes = [WAITS, ANY, ME, NOBODY, *QueueState, *QueueOrder, *Move, *ConsentSign, *Mark]
    assert len(set(map(str, codes))) == len(codes)
    assert set(SAID) == set(codes)
