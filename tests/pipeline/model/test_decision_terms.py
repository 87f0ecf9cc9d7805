from __future__ import annotations

from pipeline.model.decision_terms import SENTENCES, Clause, Reason, ReasonCode


def test_every_code_has_a_sentence_of_its_own() -> None:
    assert set(SENTENCES) == set(ReasonCode)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert all(text[0].isupper() and text.endswith(".") for text in SENTENCES.values())


def test_a_reason_says_its_sentence() -> None:
    reason = Reason(code=ReasonCode.CHILD, clause=Clause(document="nejix", section="9", key="under the age of 13"))

    assert reason.sentence == "There is a sign that a child is on the call."
