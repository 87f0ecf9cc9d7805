from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Word
from pipeline.redaction.media_heard import HiddenValue, find_hidden

SAID_AT = TimeSpan(10_000, 14_000)
FAR_MS = 60_000


def words(text: str, *, start_ms: int = 10_000) -> list[Word]:
    """Words of 300 ms, one after the other."""
    return [
        Word(text=token, channel=1, start_ms=start_ms + 300 * index, end_ms=start_ms + 300 * (index + 1))
        for index, token in enumerate(text.split())
    ]


def hidden(text: str, kind: EntityType = EntityType.PERSON) -> list[HiddenValue]:
    return [HiddenValue(kind=kind, text=text, channel=0, time=SAID_AT)]


@pytest.mark.parametrize(
    ("value", "heard"),
    [
        ("four one one one", "it is 4111 okay"),
        ("4111 1111", "four one one one"),
        ("5 5 5 0 1 9 9", "double five five oh one"),
        ("triple seven two", "777-2"),
        ("forty two eighty", "4280"),
        ("2018", "two thousand and eighteen"),
        ("two hundred and six", "206"),
        ("8 4 2 2", "eight for two two"),
        ("S-I-T-I-L-L-E", "S I T I L"),
        ("Sitille", "s-i-t-i"),
        ("sw1a 1aa", "S W 1 A one"),
        ("Kim", "k i m"),
    ],
)
def test_signs_said_one_by_one_are_recognised_near_their_place(value: str, heard: str) -> None:
    found = find_hidden(words(heard), hidden(value, EntityType.ID_NUMBER))

    assert found
    assert all(place.kind is EntityType.ID_NUMBER and place.channel == 1 for place in found)


@pytest.mark.parametrize(
    ("value", "heard"),
    [
        ("Fittipaldi", "mister Fittipaldi, thanks"),
        ("Fittipaldi", "mister fitipaldy"),
        ("Michelle", "Michele's here"),
        ("José Núñez", "jose"),
        ("Stephen", "steven"),
        ("Maple Street", "on maple"),
        ("April", "hello april"),
        ("priya dot sharma at gmail dot com", "sharma"),
    ],
)
def test_names_are_recognised_near_their_place_as_written_and_as_they_sound(value: str, heard: str) -> None:
    assert find_hidden(words(heard), hidden(value))


@pytest.mark.parametrize(
    ("kind", "value", "heard"),
    [
        (EntityType.CREDIT_CARD, "four one one one", "one two moments please for you"),
        (EntityType.CREDIT_CARD, "4111", "we open at 9 41 days"),
        (EntityType.PERSON, "Fittipaldi", "for the fitting of parts"),
        (EntityType.STREET_ADDRESS, "Maple Street", "which street is that"),
        (EntityType.EMAIL_ADDRESS, "jane at gmail dot com", "the email is with gmail dot com"),
        (EntityType.PERSON, "Jack Miller", "okay so you can have it back"),
        (EntityType.PERSON, "SITILLE", "i i i"),
        (EntityType.OTHER, "", "anything at all"),
        (EntityType.OTHER, "a", "a b c d"),
    ],
)
def test_other_words_are_not_taken_for_what_is_hidden(kind: EntityType, value: str, heard: str) -> None:
    assert find_hidden(words(heard), hidden(value, kind)) == ()


@pytest.mark.parametrize(
    ("value", "heard", "is_found"),
    [
        ("4111 2222 3333 4444", "2 2 2 2 3", True),
        ("4111 2222 3333 4444", "2 2 2 2", False),
        ("8812", "8 8 1 2", True),
        ("881", "8 8 1", False),
        ("Fittipaldi", "fittipaldi", True),
        ("Will", "i will", False),
        ("April", "in april", False),
        ("Fittipaldi", "fitipaldy", True),
        ("Dunn", "dane", False),
    ],
)
def test_far_from_its_place_it_takes_more_to_give_a_value_away(value: str, heard: str, is_found: bool) -> None:
    assert bool(find_hidden(words(heard, start_ms=FAR_MS), hidden(value))) is is_found


def test_a_name_run_together_with_others_is_recognised_where_it_was_said_alone() -> None:
    value = HiddenValue(kind=EntityType.PERSON, text="Tyler Brennan", channel=1, time=SAID_AT)

    assert find_hidden(words("calibrin"), [value])
    assert not find_hidden(words("calibrin", start_ms=14_100), [value])


def test_the_place_is_that_of_the_words_and_is_told_once() -> None:
    (place,) = find_hidden(words("yes it is 4 1 1 1 bye"), hidden("4111") + hidden("4 1 1 1"))

    assert place.time == TimeSpan(10_900, 12_100)


@pytest.mark.parametrize(
    ("channel", "start_ms", "is_rest"), [(1, 10_000, True), (1, 15_000, True), (1, FAR_MS, False), (0, 10_000, False)]
)
def test_what_is_heard_beside_its_own_place_is_a_rest_of_it(channel: int, start_ms: int, is_rest: bool) -> None:
    value = HiddenValue(kind=EntityType.PERSON, text="Fittipaldi", channel=channel, time=SAID_AT)

    (place,) = find_hidden(words("fittipaldi", start_ms=start_ms), [value])

    assert place.is_rest is is_rest


def test_a_rest_of_one_value_is_a_rest_whatever_else_it_is() -> None:
    elsewhere = HiddenValue(kind=EntityType.PERSON, text="Fittipaldi", channel=1, time=TimeSpan(90_000, 91_000))
    here = HiddenValue(kind=EntityType.PERSON, text="Fittipaldi", channel=1, time=SAID_AT)

    for values in ([elsewhere, here], [here, elsewhere]):
        assert [place.is_rest for place in find_hidden(words("fittipaldi"), values)] == [True]


def test_a_hidden_value_does_not_show_its_text() -> None:
    assert "Fittipaldi" not in repr(hidden("Fittipaldi"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared(value: str, heard: str) -> None:
    for place in find_hidden(words(heard), hidden(value)):
        assert 10_000 <= place.time.start_ms < place.time.end_ms


@given(st.text("0123456789", min_size=4, max_size=12))
def test_a_number_repeated_is_always_recognised(digits: str) -> None:
    assert find_hidden(words(" ".join(digits)), hidden(digits, EntityType.PHONE_NUMBER))
    assert find_hidden(words(digits), hidden(" ".join(digits), EntityType.PHONE_NUMBER))
