from __future__ import annotations

from pipeline.model.entity import Entity, EntityType
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import Conversation, Word, turn_from_words
from pipeline.redaction.evaluation.heard import secrets_of
from pipeline.redaction.evaluation.muting import Fate, fate_of, fates, is_inside, muted_runs
from tests.pipeline.redaction.evaluation.test_heard import a_spoken_call

CALL = a_spoken_call("my name is [PERSON|Harriet Coleman] and the code is [PIN|four seven one]")


def transcribed(*words: tuple[str, int], hidden: str) -> tuple[Conversation, list[Entity]]:
    """Say what a recogniser wrote, each word with when it began, and which of it was found."""
    timed = tuple(Word(text=text, channel=1, start_ms=at, end_ms=at + 250) for text, at in words)
    turn = turn_from_words(0, "agent", timed)
    at = turn.text.index(hidden)
    entity = Entity(turn=0, span=CharSpan(at, at + len(hidden)), type=EntityType.OTHER, score=1.0)
    return Conversation(id="call", turns=(turn,)), [entity]


def told(*words: tuple[str, int], hidden: str) -> list[tuple[str, Fate]]:
    heard, entities = transcribed(*words, hidden=hidden)
    told = fates(CALL, heard, entities)
    return [(secret.text, fate_of(secret, told)) for secret in secrets_of(CALL)]


PLAIN = [("my", 0), ("name", 300), ("is", 600)]
MIDDLE = [("and", 1500), ("the", 1800), ("code", 2100), ("is", 2400)]


def test_what_is_found_what_is_not_and_what_was_never_transcribed_are_told_apart():
    made = told(*PLAIN, ("Harriet", 900), *MIDDLE, ("471", 2700), hidden="Harriet")
    assert made == [("harriet", Fate.HIDDEN), ("coleman", Fate.NOT_TRANSCRIBED), ("471", Fate.NOT_FOUND)]


def test_a_number_written_in_figures_is_the_one_that_was_said():
    made = told(*PLAIN, *MIDDLE, ("471", 2700), hidden="471")
    assert made[-1] == ("471", Fate.HIDDEN)


def test_a_misheard_word_is_the_one_heard_at_its_time():
    made = told(("mine", 0), ("aims", 350), ("Harry", 900), ("Cole", 1250), *MIDDLE, hidden="Harry")
    assert made[:2] == [("harriet", Fate.HIDDEN), ("coleman", Fate.NOT_FOUND)]


def test_the_same_digits_elsewhere_are_not_those_that_were_said():
    made = told(*PLAIN, *MIDDLE, ("471", 9000), hidden="471")
    assert made[-1] == ("471", Fate.NOT_TRANSCRIBED)


def test_a_value_is_hidden_only_when_every_word_of_it_is():
    made = told(*PLAIN, *MIDDLE, ("four", 2700), ("seven", 3000), ("one", 3300), hidden="four seven")
    assert made[-1] == ("471", Fate.NOT_FOUND)


def test_other_channels_are_not_looked_at():
    heard = Conversation(
        id="c", turns=(turn_from_words(0, "x", (Word(text="Harriet", channel=0, start_ms=900, end_ms=1200),)),)
    )
    assert set(fates(CALL, heard, []).values()) == {Fate.NOT_TRANSCRIBED}


WORD = Word(text="x", channel=1, start_ms=1000, end_ms=1300)


def test_a_word_is_inside_when_no_part_of_it_is_left():
    assert is_inside(WORD, [TimeSpan(0, 500), TimeSpan(1000, 1300)])
    assert not is_inside(WORD, [TimeSpan(1001, 2000)])
    assert not is_inside(WORD, [TimeSpan(900, 1299)])
    assert not is_inside(WORD, [])


def test_what_is_muted_besides_is_what_hidden_words_do_not_take():
    muted = {0: (TimeSpan(0, 400),), 1: (TimeSpan(500, 2000),)}
    other = Word(text="y", channel=1, start_ms=1200, end_ms=1500)
    outside = Word(text="z", channel=1, start_ms=1900, end_ms=2300)
    first, second = muted_runs(muted, [WORD, other, outside])
    assert (first.channel, first.hidden_ms, first.extra_ms) == (0, 0, 400)
    assert (second.channel, second.hidden_ms, second.extra_ms) == (1, 600, 900)
