from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.model.allowance import USUAL, Allowance, standing

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FEW = Allowance(requests=3, every=timedelta(seconds=10))


def told(used_s: float, *, is_refused: bool = False):
    found = standing(FEW, NOW + timedelta(seconds=used_s), now=NOW, is_refused=is_refused)
    return found.remaining, found.reset_s, found.retry_s


def test_an_untouched_key_has_all_and_a_used_one_what_has_filled_since():
    assert told(-50) == (3, 0, 0)
    assert told(10) == (2, 10, 0)
    assert told(19.5) == (1, 20, 0)
    assert told(30) == (0, 30, 0)


def test_one_too_many_says_when_one_is_free():
    assert told(30, is_refused=True) == (0, 30, 10)
    assert told(20.4, is_refused=True) == (0, 21, 1)
    assert not standing(FEW, NOW, now=NOW, is_refused=False).is_refused
    assert USUAL.window == timedelta(minutes=1)
