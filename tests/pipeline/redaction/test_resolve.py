from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.redaction.resolve import resolve

TEXT = "my name is anna bell and the number is four five six seven eight nine ok"


def an_entity(start: int, end: int, type: EntityType = EntityType.PERSON, score: float = 0.5) -> Entity:
    evidence = (Evidence(recognizer=f"r{start}-{end}"),)
    return Entity(turn=0, span=CharSpan(start, end), type=type, score=score, evidence=evidence)


ENTITIES = st.lists(
    st.builds(
        lambda start, length, type, score: an_entity(start, min(start + length, len(TEXT)), type, score),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 30),
        st.sampled_from(EntityType),
        st.floats(0.1, 1.0),
    ),
    max_size=10,
)


@given(ENTITIES)
def test_resolution_never_covers_less_and_never_overlaps(entities: list[Entity]) -> None:
    resolved = resolve(entities, TEXT)
    before = {i for e in entities for i in range(e.span.start, e.span.end) if TEXT[i].isalnum()}
    after = {i for e in resolved for i in range(e.span.start, e.span.end)}
    assert before <= after
    assert all(a.span.end <= b.span.start for a, b in pairwise(resolved))


@given(ENTITIES)
def test_resolving_again_changes_no_place_and_no_type(entities: list[Entity]) -> None:
    once = resolve(entities, TEXT)
    assert [(e.span, e.type) for e in resolve(once, TEXT)] == [(e.span, e.type) for e in once]


def test_the_surer_finding_keeps_its_type_and_the_evidence_of_the_other() -> None:
    (only,) = resolve([an_entity(11, 15, score=0.4), an_entity(11, 20, EntityType.USERNAME, score=0.9)], TEXT)
    assert only.type is EntityType.USERNAME
    assert {e.recognizer for e in only.evidence} == {"r11-20", "r11-15"}


def test_each_evidence_keeps_the_score_it_was_found_with() -> None:
    (only,) = resolve([an_entity(11, 15, score=0.4), an_entity(11, 20, score=0.9)], TEXT)
    assert [(e.recognizer, e.score) for e in only.evidence] == [("r11-20", 0.9), ("r11-15", 0.4)]


def test_a_check_digit_that_is_passed_is_evidence_and_one_that_is_not_takes_nothing_away() -> None:
    card = Entity(turn=0, span=CharSpan(0, 19), type=EntityType.CREDIT_CARD, score=0.9)
    (good,) = resolve([card], "4532 0151 1283 0366")
    (bad,) = resolve([card], "4532 0151 1283 0367")
    assert [(e.recognizer, e.pattern) for e in good.evidence] == [("CheckDigits", "card")]
    assert (bad.span, bad.type, bad.evidence) == (card.span, card.type, ())


REDACTED = f"it is [PERSON_12] bell of [LOCATION] on [PIN:{'0f' * 8}] or [PIN:~{'aB_-' * 16}==] or [PERSON_n1000] ok"


@given(st.integers(0, len(REDACTED) - 1), st.integers(1, 99))
def test_what_redaction_wrote_is_never_read_again_and_what_stands_beside_it_is(start: int, length: int) -> None:
    found = an_entity(start, min(start + length, len(REDACTED)))
    shown = [REDACTED[e.span.start : e.span.end] for e in resolve([found], REDACTED)]
    assert not any("[" in text or "]" in text or "PERSON" in text or "aB_" in text for text in shown)
    touched = REDACTED[start : start + length]
    assert ("bell" in touched) <= any("bell" in text for text in shown)


LIKE_IT = ["[annabell]", "[PERSON_x]", "[PERSON:annabell]", "[ANNA_1]", "PERSON_1", "[PERSON_1"]
LIKE_IT += ["[CREDIT_CARD:4111111111111111]", "[PHONE_NUMBER_6421555014]", "[PERSON_1000]", f"[PIN:{'aB_-' * 16}]"]


@pytest.mark.parametrize("text", LIKE_IT)
def test_what_only_looks_like_it_is_read(text: str) -> None:
    assert resolve([an_entity(0, len(text))], text) != ()
