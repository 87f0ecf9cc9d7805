from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, Evidence
from pipeline.model.entity import EntityType as T
from pipeline.model.span import CharSpan
from pipeline.redaction.detect import Detector
from pipeline.redaction.groups import number_groups
from tests.pipeline.redaction.dialogues import a_conversation

PEOPLE = ["anna", "bell", "anna bell", "Anna's", "a n n a", "george", "george bell", "smith", "anna smith", "ana", "b"]
NUMBERS = ["4556", "7375", "4556 7375 8689 9855", "double five six", "98", "1987", "oh two one", "march", "a x four"]


def mention(
    type: T, turn: int = 0, *, asked: int | None = None, pattern: str = "answer", part: str | None = None
) -> Entity:
    evidence = Evidence(recognizer="Dialogue", pattern=pattern, question_turn=asked, part=part)
    return Entity(turn=turn, span=CharSpan(0, 4), type=type, score=0.9, evidence=(evidence,))


def groups(type: T, *texts: str, every: int = 5) -> list[int | None]:
    """Number mentions that stand far from each other."""
    return [e.group for e in number_groups([mention(type, every * i) for i in range(len(texts))], texts)]


def told(type: T, *pieces: tuple[int, int | None, str]) -> list[int | None]:
    """Number mentions, each with its turn and the turn of the question it answers."""
    entities = [mention(type, turn, asked=asked) for turn, asked, _ in pieces]
    return [e.group for e in number_groups(entities, [text for _, _, text in pieces])]


def test_a_person_is_one_however_called() -> None:
    called = ("anna bell", "Anna", "miss bell", "a n n a", "bell's", "ana", "annas", "anna b", "annabell")
    assert set(groups(T.PERSON, *called)) == {1}


def test_a_name_told_in_part_first_is_the_full_name_told_later() -> None:
    assert groups(T.PERSON, "bell", "anna", "anna bell") == [1, 1, 1]


def test_two_people_of_one_given_name_are_two_and_the_given_name_is_the_one_named_last() -> None:
    assert groups(T.PERSON, "anna bell", "anna", "anna smith", "anna", "bell", "smith") == [1, 1, 2, 2, 1, 2]


def test_two_people_of_one_family_are_two() -> None:
    assert groups(T.PERSON, "anna bell", "george bell", "george", "miss bell") == [1, 2, 2, 2]


def test_the_same_words_count_more_than_a_like_sound() -> None:
    assert groups(T.PERSON, "carl bell", "carol smith", "carl", "karl") == [1, 2, 1, 1]


def test_a_given_and_a_family_name_that_were_asked_for_one_after_the_other_are_one_person() -> None:
    first = mention(T.PERSON, 1, asked=0, part="given")
    last = mention(T.PERSON, 3, asked=2, part="family")
    again = mention(T.PERSON, 9)
    assert [e.group for e in number_groups([first, last, again], ["anna", "bell", "anna bell"])] == [1, 1, 1]
    assert [e.group for e in number_groups([first, last], ["anna", "bell"])] == [1, 1]
    assert [e.group for e in number_groups([first, first], ["anna", "george"])] == [1, 2]


@pytest.mark.parametrize(
    ("asked", "then", "people"),
    [
        ("first name?", "last name?", [1, 1]),
        ("may i take your surname", "great and the first name please", [1, 1]),
        ("can i have your family name", "and your given name", [1, 1]),
        ("your last name please", "and your husband's first name", [1, 2]),
        ("your last name please", "and the first name of your husband", [1, 2]),
        ("what is your name", "and the name of your husband", [1, 2]),
        ("your first name and last name please", "your last name is it", [1, 2]),
        ("your first and last name please", "and the last name please", [1, 2]),
        (
            "what's your name and the last four of your card",
            "and the name of your supervisor is it the first time",
            [1, 2],
        ),
        ("what's the name on the last order", "and the name of the first driver please", [1, 2]),
        ("i need to verify you first your name", "and your supervisor the last name they gave", [1, 2]),
        ("may i have your last name please", "and what is the full name you used the first time", [1, 2]),
        ("what is your family doctor's name", "and your given name", [1, 2]),
        ("thanks for calling the last branch open your first name please", "and your last name", [1, 1]),
    ],
)
def test_a_caller_who_is_asked_for_both_names_is_one_person_and_the_husband_another(
    detector: Detector, asked: str, then: str, people: list[int]
) -> None:
    call = a_conversation(f"agent: {asked}", "caller: wiata", f"agent: {then}", "caller: aroha")
    assert [entity.group for entity in detector.detect(call)] == people


def test_a_spelling_that_fits_no_name_belongs_to_the_answer_before_it() -> None:
    name, spelled = mention(T.PERSON, 1, asked=0), mention(T.PERSON, 3, asked=2, pattern="spelled answer")
    assert [e.group for e in number_groups([name, spelled], ["wisniewski", "v i s n e f s k y"])] == [1, 1]
    agent = mention(T.PERSON, 0)
    assert [e.group for e in number_groups([agent, spelled], ["george", "v i s n e f s k y"])] == [1, 2]


def test_the_last_digits_of_a_known_number_belong_to_it() -> None:
    assert groups(T.CREDIT_CARD, "four five six seven eight nine", "789", "one two three") == [1, 1, 2]


def test_a_card_told_in_four_pieces_with_each_read_back_is_one_card() -> None:
    pieces = ("4556", "seven three seven five", "86 89", "98 double five")
    turns = [(1 + 2 * n + back, 0, piece) for n, piece in enumerate(pieces) for back in (0, 1)]
    assert set(told(T.CREDIT_CARD, *turns)) == {1}
    assert set(told(T.CREDIT_CARD, *turns, (30, None, "4556 7375 8689 9855"), (40, None, "9855"))) == {1}


def test_two_cards_that_were_asked_for_are_two() -> None:
    first = [(1, 0, "4556"), (2, 0, "7375"), (3, 0, "8689"), (4, 0, "9855")]
    second = [(6, 5, "5105"), (7, 5, "1051"), (8, 5, "0510"), (9, 5, "5100")]
    assert told(T.CREDIT_CARD, *first, *second) == [1] * 4 + [2] * 4


def test_two_whole_numbers_in_one_answer_are_two() -> None:
    assert told(T.PHONE_NUMBER, (1, 0, "415 555 0144"), (1, 0, "415 555 0199")) == [1, 2]
    assert told(T.ZIP_CODE, (1, 0, "94110"), (2, 0, "90210")) == [1, 2]


def test_more_than_a_number_can_have_is_more_than_one_number() -> None:
    assert told(T.US_SSN, (1, 0, "123"), (2, 0, "45"), (3, 0, "6789"), (4, 0, "98 76")) == [1, 1, 1, 2]


def test_pieces_without_a_question_are_one_number_only_close_together() -> None:
    assert told(T.PHONE_NUMBER, (1, None, "021"), (3, None, "555"), (9, None, "0144")) == [1, 1, 2]


def test_a_date_of_birth_told_in_parts_is_one_and_the_childs_is_another() -> None:
    parts = [(1, 0, "third"), (3, 0, "of march"), (5, 0, "eighty seven")]
    assert told(T.DATE_OF_BIRTH, *parts, (7, None, "3/3/1987"), (9, 8, "fifth of june 2015")) == [1, 1, 1, 1, 2]


def test_an_address_told_in_pieces_is_one_and_two_addresses_are_two() -> None:
    pieces = [(1, 0, "twelve oak street"), (3, 0, "flat 4"), (5, 0, "springfield")]
    assert told(T.STREET_ADDRESS, *pieces) == [1, 1, 1]
    assert told(T.STREET_ADDRESS, *pieces, (7, 0, "90 elm road")) == [1, 1, 1, 2]


def test_an_email_told_in_two_pieces_is_one_and_two_are_two() -> None:
    assert told(T.EMAIL_ADDRESS, (1, 0, "anna dot bell"), (2, 0, "at gmail dot com")) == [1, 1]
    assert told(T.EMAIL_ADDRESS, (1, 0, "anna at gmail dot com"), (1, 0, "bell at gmail dot com")) == [1, 2]


def test_a_number_of_no_named_kind_is_of_the_kind_of_the_number_it_is_a_piece_of() -> None:
    entities = [mention(T.ID_NUMBER, 1), mention(T.ID_NUMBER, 30), mention(T.CREDIT_CARD, 60)]
    numbered = number_groups(entities, ["four five five six", "1234", "4556 7375 8689 9855"])
    assert [(e.type, e.group) for e in numbered] == [(T.CREDIT_CARD, 1), (T.ID_NUMBER, 1), (T.CREDIT_CARD, 1)]


def test_types_are_counted_apart() -> None:
    entities = [mention(T.PIN), mention(T.PERSON), mention(T.PIN, 9)]
    assert [e.group for e in number_groups(entities, ["1234", "anna", "9876"])] == [1, 1, 2]


@given(st.lists(st.tuples(st.sampled_from(T), st.integers(0, 3), st.sampled_from(PEOPLE + NUMBERS)), max_size=14))
def test_numbers_count_up_from_one_in_order_of_appearance(said: list[tuple[T, int, str]]) -> None:
    turns = [sum(step for _, step, _ in said[: n + 1]) for n in range(len(said))]
    entities = [mention(type, turn) for (type, _, _), turn in zip(said, turns, strict=True)]
    numbered = number_groups(entities, [text for _, _, text in said])
    assert [(e.turn, e.span, e.score) for e in numbered] == [(e.turn, e.span, e.score) for e in entities]
    for type in T:
        seen = list(dict.fromkeys(e.group for e in numbered if e.type is type))
        assert seen == list(range(1, len(seen) + 1))


GIVEN = st.sampled_from(["anna", "george", "aroha"])
FAMILY = st.sampled_from(["bell", "smith", "okafor", "te wiata"])


@given(st.lists(st.tuples(GIVEN | st.just(""), FAMILY | st.just("")).map(lambda n: " ".join(n).strip()).filter(bool)))
def test_no_two_full_names_that_differ_share_a_number_and_the_same_always_do(names: list[str]) -> None:
    numbered = dict.fromkeys(zip(names, groups(T.PERSON, *names), strict=True))
    full = [(name, group) for name, group in numbered if " " in name and name != "te wiata"]
    assert len({name for name, _ in full}) == len(full) == len({group for _, group in full})


def cut(digits: str, lengths: list[int]) -> list[str]:
    ends = [*accumulate(lengths), len(digits)]
    return [" ".join(digits[a:b]) for a, b in pairwise([0, *(end for end in ends if end < len(digits)), len(digits)])]


@given(st.text("0123456789", min_size=16, max_size=16), st.lists(st.integers(1, 8), min_size=2, max_size=8))
def test_however_a_card_is_cut_into_pieces_it_is_one_card(digits: str, lengths: list[int]) -> None:
    pieces = cut(digits, [4, *lengths])
    assert set(told(T.CREDIT_CARD, *((1 + n, 0, piece) for n, piece in enumerate(pieces)))) == {1}
