from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType
from pipeline.model.span import CharSpan
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.evaluation.tally import (
    COVERED,
    HIDDEN,
    HOLDS,
    LEAKED,
    LEAKS,
    MISSED,
    RIGHT,
    SPANS,
    TELLING,
    TYPED,
    Found,
    found_of,
    tally,
)
from tests.pipeline.redaction.evaluation.calls import a_call, a_turn, found_in

CALL = a_call(
    "my name is [PERSON|anna bell] and i call from [?LOCATION|oregon]", "[PHONE_NUMBER|five five five uh one two]"
)


def counted(call, *found):
    made = tally([call], [found_in(call, *found)])
    return dict(zip(made.kinds, made.labels[0], strict=True)), made.calls[0], made


def test_a_label_leaks_when_one_telling_word_of_it_is_left_and_is_missed_when_all_are():
    kinds, _, _ = counted(CALL, "PERSON anna")
    assert kinds["PERSON"][[SPANS, LEAKED, MISSED, TELLING, COVERED]].tolist() == [1, 1, 0, 2, 1]
    assert kinds["PHONE_NUMBER"][[SPANS, LEAKED, MISSED, TELLING, COVERED]].tolist() == [1, 1, 1, 5, 0]


def test_fillers_inside_a_label_tell_nothing():
    kinds, _, _ = counted(CALL, "PHONE_NUMBER five five five", "PHONE_NUMBER one two")
    assert kinds["PHONE_NUMBER"][[LEAKED, TELLING, COVERED]].tolist() == [0, 5, 5]


def test_what_is_hidden_under_another_name_is_hidden_but_not_found_for_what_it_is():
    kinds, _, _ = counted(CALL, "DATE_TIME five five five uh one two")
    assert kinds["PHONE_NUMBER"][[LEAKED, COVERED, TYPED]].tolist() == [0, 5, 0]


def test_half_of_a_word_covers_it_and_less_does_not():
    call = a_call("[ID_NUMBER|abcd]")
    assert counted(call, "ID_NUMBER ab")[0]["ID_NUMBER"][LEAKED] == 0
    assert counted(call, "ID_NUMBER a")[0]["ID_NUMBER"][LEAKED] == 1


def test_only_the_part_of_a_word_inside_the_label_has_to_be_covered():
    call = a_call("it is [PERSON|anna]'s-own-account now")
    assert counted(call, "PERSON anna")[0]["PERSON"][LEAKED] == 0


def test_words_hidden_in_labels_are_right_others_wrong_and_optional_ones_neither():
    _, calls, made = counted(CALL, "PERSON anna bell", "LOCATION oregon", "X my")
    assert calls[[HIDDEN, RIGHT]].tolist() == [3, 2]
    assert made.wrong == {"X": 1}


def test_in_partly_labelled_calls_and_reconstructed_turns_nothing_hidden_is_judged():
    partial = a_call("i am [PERSON|anna] of oregon", partial=True)
    rebuilt = LabelledConversation(id="r", source="s", turns=(a_turn("i am [PERSON|anna]", reconstructed=True),))
    for call in (partial, rebuilt):
        kinds, calls, made = counted(call, "PERSON anna", "X am")
        assert calls[[HIDDEN, RIGHT]].tolist() == [0, 0]
        assert kinds["PERSON"][[SPANS, LEAKED]].tolist() == [1, 0]
        assert len(made.scores) == 0


def test_a_call_holds_something_and_leaks():
    clean = a_call("hello there")
    assert counted(CALL, "PERSON anna")[1][[HOLDS, LEAKS]].tolist() == [1, 1]
    assert counted(CALL, "PERSON anna bell", "X five five five uh one two")[1][[HOLDS, LEAKS]].tolist() == [1, 0]
    assert counted(clean)[1][[HOLDS, LEAKS]].tolist() == [0, 0]


def test_a_label_of_fillers_alone_is_no_label():
    kinds, calls, _ = counted(a_call("[EMAIL_ADDRESS|at the dot com]"))
    assert kinds["EMAIL_ADDRESS"].tolist() == [0] * 6
    assert calls[HOLDS] == 0


def test_scores_are_kept_with_whether_they_touch_a_label_but_for_optional_ones():
    found = [
        *found_in(CALL, "PERSON anna", score=0.9),
        *found_in(CALL, "LOCATION oregon", score=0.5),
        *found_in(CALL, "X call", score=0.4),
    ]
    made = tally([CALL], [found])
    assert sorted(zip(made.scores.tolist(), made.touches.tolist(), strict=True)) == [(0.4, False), (0.9, True)]


def test_what_was_found_beyond_the_text_or_in_no_turn_changes_nothing():
    beyond = [Found(turn=0, span=CharSpan(500, 600), type="X"), Found(turn=9, span=CharSpan(0, 2), type="X")]
    assert tally([CALL], [beyond]).calls.tolist() == tally([CALL], [[]]).calls.tolist()


def test_entities_become_what_is_counted_but_for_dropped_types():
    entities = [
        Entity(turn=1, span=CharSpan(0, 4), type=kind, score=0.7) for kind in (EntityType.PERSON, EntityType.URL)
    ]
    assert found_of(entities, dropped={"URL"}) == (Found(turn=1, span=CharSpan(0, 4), type="PERSON", score=0.7),)


MARKED = st.lists(st.sampled_from(["hello", "[PERSON|ann lee]", "[?LOCATION|rome]", "uh", "[PIN|1 2]"]), min_size=1)


@given(st.lists(MARKED, min_size=1, max_size=4))
def test_finding_exactly_the_labels_leaks_nothing_and_hides_nothing_else(turns):
    call = a_call(*(" ".join(turn) for turn in turns))
    found = [
        Found(turn=t.turn.index, span=label.span, type=label.type)
        for t in call.turns
        for label in t.labels
        if not label.is_optional
    ]
    made = tally([call], [found])
    total = made.labels.sum(axis=(0, 1))
    assert total[LEAKED] == total[MISSED] == 0
    assert total[TELLING] == total[COVERED] == total[TYPED]
    assert made.calls[0, HIDDEN] == made.calls[0, RIGHT]


@given(st.lists(MARKED, min_size=1, max_size=4), st.integers(0, 12), st.integers(1, 12))
def test_hiding_more_never_leaks_more(turns, start, length):
    call = a_call(*(" ".join(turn) for turn in turns))
    some = [Found(turn=0, span=CharSpan(2, 5), type="X")]
    more = [*some, Found(turn=0, span=CharSpan(start, start + length), type="X")]
    less_hidden, more_hidden = (tally([call], [found]).labels.sum(axis=(0, 1)) for found in (some, more))
    assert more_hidden[LEAKED] <= less_hidden[LEAKED]
    assert more_hidden[COVERED] >= less_hidden[COVERED]
