"""Evidence is summed: more of it for a word never makes the word less likely, whatever the tagger thinks."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.fusion import (
    BASE,
    FusionWeights,
    base_terms,
    covered,
    decide,
    load_fusion,
    rule_of,
    tagger_odds,
    weigh,
)
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.turn_view import TurnView

PLAIN = FusionWeights(base=np.asarray([0, 1, 0, 0, 0, 0], np.float32), rules={"Rule: good": 3.0, "Rule: bad": -3.0})


def a_view(text: str, personal: float = 0.02) -> TurnView:
    read = read_turn("caller", text)
    shares = np.zeros((len(read.written.tokens), len(LABELS)), np.float32)
    shares[:, 0], shares[:, 1] = 1 - personal, personal
    return TurnView(turn=Turn(index=0, speaker="caller", text=text), read=read, shares=shares, found=())


def finding(start: int, end: int, pattern: str = "good", question: int | None = None) -> Entity:
    evidence = Evidence(recognizer="Rule", pattern=pattern, question_turn=question)
    return Entity(turn=0, span=CharSpan(start, end), type=EntityType.PERSON, score=0.5, evidence=(evidence,))


def decided(view: TurnView, found: list[Entity], least: float = 0.35) -> list[tuple[str, float]]:
    (base,) = tagger_odds([view], PLAIN)
    kept = decide(view, found, weigh(view, found, base, PLAIN), least=least)
    return [(view.turn.text[e.span.start : e.span.end], e.score) for e in kept]


def test_a_rule_that_has_proved_good_carries_a_word_that_the_tagger_doubts() -> None:
    assert [said for said, _ in decided(a_view("it is tane", 0.1), [finding(6, 10)])] == ["tane"]


def test_a_rule_that_has_proved_bad_does_not() -> None:
    assert decided(a_view("it is tane", 0.3), [finding(6, 10, "bad")]) == []


def test_the_score_is_the_chance_that_the_sum_gives() -> None:
    ((_, score),) = decided(a_view("it is tane", 0.5), [finding(6, 10)], least=0.9)
    assert score == pytest.approx(1 / (1 + exp(-3)), abs=1e-3)


def test_evidence_weighed_once_is_cut_at_every_threshold_as_if_it_were_weighed_for_it() -> None:
    view = a_view("my card is four five five six thanks aroha", 0.4)
    found = [finding(0, 27, "answer", question=0), finding(35, 40)]
    (base,) = tagger_odds([view], PLAIN)
    weighed = weigh(view, found, base, PLAIN)
    before = list(weighed)
    for least in (0.05, 0.3, 0.45, 0.9, 0.05):
        cut = decide(view, found, weighed, least=least)
        assert cut == decide(view, found, weigh(view, found, base, PLAIN), least=least)
    assert weighed == before


def test_what_the_tagger_alone_is_sure_of_is_hidden_too() -> None:
    assert [said for said, _ in decided(a_view("tane", 0.9), [])] == ["tane"]


def test_a_long_number_that_answers_a_question_stays_whatever_speaks_against_it() -> None:
    text = "one two three four five six seven eight"
    assert decided(a_view(text), [finding(0, len(text), "bad", question=0)])[0][0] == text
    assert decided(a_view(text), [finding(0, len(text), "bad")]) == []


def test_a_number_is_hidden_whole_where_most_of_it_is_sure() -> None:
    view = a_view("four one double one two", 0.02)
    view.shares[:4, 0], view.shares[:4, 1] = 0.05, 0.95
    assert [said for said, _ in decided(view, [])] == ["four one double one two"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("may i", []), ("will you", []), ("may bell", ["may bell"]), ("fifty dollars", ["dollars"]), ("fifty", ["fifty"])],
)
def test_verbs_that_are_names_and_numbers_that_count_are_spoken_against(text: str, hidden: list[str]) -> None:
    view = a_view(text, 0.7)
    assert [said for said in (s for s, _ in decided(view, [])) if said not in ("i", "you")] == hidden


def test_evidence_of_a_question_is_weighed_by_what_was_asked() -> None:
    asked = Evidence(recognizer="Dialogue", pattern="answer", slot="PERSON")
    assert rule_of(asked) == "Dialogue: answer (PERSON)"
    assert rule_of(Evidence(recognizer="LongNumbers", pattern="long run")) == "LongNumbers: long run"


def test_the_shipped_weights_have_every_fixed_term_and_trust_the_tagger() -> None:
    weights = load_fusion()
    assert weights.base.shape == (len(BASE),)
    assert weights.base[1] > 0


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.floats(0.01, 0.99))
def test_terms_of_a_turn_do_not_depend_on_the_turns_beside_it(lengths: list[int], chance: float) -> None:
    turns = [np.full(n, chance if i else 0.5, np.float32) for i, n in enumerate(lengths)]
    together = base_terms(turns)
    alone = np.concatenate([base_terms([turn]) for turn in turns])
    assert np.allclose(together, alone)


@given(st.sampled_from(["good", "bad", "unknown"]), st.floats(0.05, 0.95))
def test_a_good_rule_more_never_hides_less(pattern: str, personal: float) -> None:
    view = a_view("please call tane at home", personal)
    before = {said for said, _ in decided(view, [finding(12, 16, pattern)])}
    after = {said for said, _ in decided(view, [finding(12, 16, pattern), finding(12, 16)])}
    assert not before or after


def test_a_span_covers_every_token_it_touches() -> None:
    view = a_view("my pin is 44")
    assert covered(view, CharSpan(4, 5)) == (1, 2)
    assert covered(view, CharSpan(0, 12)) == (0, 4)
    assert covered(view, CharSpan(2, 3)) == (1, 1)
