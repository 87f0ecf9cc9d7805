from __future__ import annotations

from pipeline.redaction.training.__main__ import compared


def test_both_scores_stand_side_by_side() -> None:
    shown = compared({"leak": 1.25}, {"leak": 1.5}).splitlines()
    assert shown[0].split() == ["%", "shipped", "trained"]
    assert shown[1].split() == ["leak", "1.25", "1.50"]
