from __future__ import annotations

from itertools import islice

from pipeline.redaction.training.dialogues import invent_dialogues
from pipeline.redaction.training.exchanges import Material


def test_the_same_seed_gives_the_same_calls(material: Material) -> None:
    first, second = (list(invent_dialogues(material, count=12, seed=4)) for _ in range(2))
    assert first == second
    assert first != list(invent_dialogues(material, count=12, seed=5))


def test_a_call_does_not_depend_on_how_many_are_made(material: Material) -> None:
    assert list(islice(invent_dialogues(material, count=50, seed=4), 3)) == list(
        invent_dialogues(material, count=3, seed=4)
    )


def test_every_call_has_turns_of_words_without_spaces(material: Material) -> None:
    calls = list(invent_dialogues(material, count=80, seed=4))
    turns = [turn for call in calls for turn in call.turns]
    assert len({call.id for call in calls}) == len(calls)
    assert {turn.speaker for turn in turns} == {"agent", "customer"}
    assert all(turn.words and all(len(word.text.split()) == 1 for word in turn.words) for turn in turns)


def test_calls_are_of_all_sorts(material: Material) -> None:
    calls = list(invent_dialogues(material, count=150, seed=4))
    speakers = [{turn.speaker for turn in call.turns} for call in calls]
    assert {"customer"} in speakers
    assert {"agent", "customer"} in speakers
    assert any(call.turns[0].words[-1].text.endswith((".", "?")) for call in calls)
    kinds = {word.type for call in calls for turn in call.turns for word in turn.words}
    assert len(kinds) > 20


def test_no_word_of_a_call_shows_when_it_is_printed(material: Material) -> None:
    (call,) = invent_dialogues(material, count=1, seed=4)
    assert "words" not in repr(call)
