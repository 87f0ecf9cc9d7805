from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.redaction.training.noise import Labelled, formatted, roughen

KINDS = (None, None, EntityType.PERSON, EntityType.PHONE_NUMBER, EntityType.STREET_ADDRESS)
WORDS = ("a", "m", "four", "two", "anna", "margaret", "the", "i", "oh", "double", "number", "ok", "élodie")


@st.composite
def utterances(draw: st.DrawFn) -> list[Labelled]:
    made: list[Labelled] = []
    for mention in range(1, draw(st.integers(1, 6)) + 1):
        kind = draw(st.sampled_from(KINDS))
        free = kind is None and draw(st.booleans())
        texts = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
        made += [Labelled(text=text, type=kind, free=free, mention=mention) for text in texts]
    return made


def personal(words: list[Labelled]) -> dict[int, EntityType]:
    return {word.mention: word.type for word in words if word.type is not None}


@given(utterances(), st.integers(0, 999), st.sampled_from((0.5, 1.0, 2.0, 8.0)))
def test_every_personal_word_keeps_its_label_through_noise_and_formatting(
    words: list[Labelled], seed: int, level: float
) -> None:
    rough = formatted(Random(seed), roughen(Random(seed), words, level=level))
    kinds = personal(words)
    assert personal(rough) == kinds
    for mention, kind in kinds.items():
        own = [word for word in rough if word.mention == mention]
        assert all(word.type is kind for word in own)
        assert len(own) >= sum(word.mention == mention for word in words)
    assert all(word.text and " " not in word.text for word in rough)


@given(utterances(), st.integers(0, 999))
def test_a_perfect_line_changes_nothing(words: list[Labelled], seed: int) -> None:
    assert roughen(Random(seed), words, level=0.0) == words


@given(utterances(), st.integers(0, 999))
def test_formatting_only_changes_case_and_adds_signs(words: list[Labelled], seed: int) -> None:
    written = formatted(Random(seed), words)
    assert [word.text.rstrip(",.?").lower() for word in written] == [word.text.lower() for word in words]


def test_names_get_capitals_and_the_numbers_of_an_address_do_not() -> None:
    said = [Labelled(text=t, type=EntityType.STREET_ADDRESS, mention=1) for t in ("it", "forty", "two", "ash", "lane")]
    texts = {tuple(w.text.rstrip(",.?") for w in formatted(Random(seed), said))[1:] for seed in range(200)}
    assert any(line[2:] == ("Ash", "Lane") for line in texts)
    assert sum(line[0] == "Forty" for line in texts) <= len(texts) / 2


def test_a_question_ends_as_one() -> None:
    said = [Labelled(text=text) for text in ("what's", "your", "name")]
    assert formatted(Random(1), said)[-1].text == "name?"
    assert formatted(Random(1), [Labelled(text="thanks")])[-1].text == "Thanks."


def test_nothing_is_written_of_nothing() -> None:
    assert formatted(Random(1), roughen(Random(1), [], level=2.0)) == []
