from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipeline.policies.leaf import Leaf

CLAUSE = {"section": "1", "key": "is not stored on our servers"}


def test_a_value_has_its_clause_and_a_choice_of_ours_its_reason() -> None:
    assert Leaf.model_validate({"clause": CLAUSE}).basis == "policy"
    chosen = {"clause": CLAUSE, "basis": "house_choice", "reason": "the document names no hours"}
    assert Leaf.model_validate(chosen).reason
    for wrong in ({}, {"clause": {"section": "1", "key": "x"}}, {**chosen, "reason": "because"}, {**chosen, "more": 1}):
        with pytest.raises(ValidationError):
            Leaf.model_validate(wrong)
