from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.word_terms import (
    is_phrase,
    query_terms,
    says,
    transcript_terms,
    word_term,
    words_key,
    words_of,
)

KEY = words_key(b"k" * 32)


def document(*turns: str) -> dict:
    return {"turns": [{"text": text} for text in turns]}


def test_words_are_compared_without_case_marks_or_what_is_hidden():
    assert words_of("Hello, [PERSON_1]! It’s “FINE” ***** ok.") == ["hello", "it's", "fine", "ok"]
    assert words_of("Grüße ＡＢＣ") == ["grüße".casefold(), "abc"]


def test_a_transcript_has_each_word_once_and_no_word_in_the_clear():
    terms = transcript_terms(document("refund the refund", "[CREDIT_CARD_1] please"), key=KEY)
    assert len(terms) == 3
    assert set(terms) == {word_term(word, key=KEY) for word in ("refund", "the", "please")}
    assert all(-(2**63) <= term < 2**63 for term in terms)


def test_another_tenant_has_other_digests():
    assert word_term("refund", key=KEY) != word_term("refund", key=words_key(b"o" * 32))


def test_what_is_looked_for_has_the_digests_of_its_words():
    assert query_terms("Refund, REFUND the", key=KEY) == query_terms("the refund", key=KEY)
    for nothing in ("", "[PERSON_1]", "?!", " ".join(f"w{n}" for n in range(13)), "a" * 201):
        with pytest.raises(InvalidInput):
            query_terms(nothing, key=KEY)


def test_a_phrase_stands_in_quotation_marks_and_its_words_follow_each_other_in_one_turn():
    assert is_phrase(' "refund now" ')
    assert not is_phrase('refund "now"')
    said = document("I want a refund now", "my name is [PERSON_1] and more")
    assert says(said, '"Refund NOW"')
    assert not says(said, '"now refund"')
    assert not says(said, '"now my"')  # over two turns
    assert not says(said, '"is and"')  # something is hidden between
