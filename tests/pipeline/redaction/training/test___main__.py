from __future__ import annotations

from pipeline.redaction.training.__main__ import compared, is_reproduced


def test_both_scores_stand_side_by_side() -> None:
    shown = compared({"leak": 1.25}, {"leak": 1.5}).splitlines()
    assert shown[0].split() == ["%", "shipped", "trained"]
    assert shown[1].split() == ["leak", "1.25", "1.50"]


def test_scores_within_rounding_are_the_same_and_others_or_fewer_are_not() -> None:
    assert is_reproduced({"leak": 1.25, "precision": 90.0}, {"leak": 1.4, "precision": 89.9})
    assert not is_reproduced({"leak": 1.25}, {"leak": 1.46})
    assert not is_reproduced({"leak": 1.46}, {"leak": 1.25})
    assert not is_reproduced({"leak": 1.25, "precision": 90.0}, {"leak": 1.25})
