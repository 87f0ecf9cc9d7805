from __future__ import annotations

import pytest

from pipeline.redaction.evaluation.calibration import calibrate
from pipeline.redaction.evaluation.tally import tally
from tests.pipeline.redaction.evaluation.calls import a_call, found_in

CALL = a_call("hello [PERSON|anna]")


def calibrated(*found: tuple[str, float]):
    return calibrate(tally([CALL] * len(found), [found_in(CALL, word, score=score) for word, score in found]))


def test_scores_that_keep_their_promise_have_no_error():
    kept = calibrated(*[("X anna", 0.75)] * 3, ("X hello", 0.75))
    [bucket] = kept.buckets
    assert (bucket.low, bucket.high, bucket.count, bucket.mean_score, bucket.right) == (0.7, 0.8, 4, 0.75, 0.75)
    assert kept.error == pytest.approx(0)


def test_the_error_is_how_far_score_and_share_are_apart_weighed_by_count():
    made = calibrated(*[("X anna", 0.95)] * 3, ("X hello", 0.55))
    assert [(b.count, b.right) for b in made.buckets] == [(1, 0), (3, 1)]
    assert made.error == pytest.approx((3 * 0.05 + 1 * 0.55) / 4)


def test_a_score_of_one_is_in_the_last_bucket_and_of_nought_in_the_first():
    made = calibrated(("X anna", 1.0), ("X hello", 0.0))
    assert [(b.low, b.high) for b in made.buckets] == [(0.0, 0.1), (0.9, 1.0)]


def test_nothing_found_says_nothing():
    made = calibrate(tally([CALL], [()]))
    assert (made.buckets, made.error) == ((), None)
