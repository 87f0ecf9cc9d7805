from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.span import TimeSpan
from pipeline.reads.word_places import WordRange, read_word_place
from tests.corrections import NAME, an_ending, published


@pytest.fixture
def recording(line):
    return published(line)


def place(line, recording, turn, first, last):
    words = WordRange(turn=turn, first=first, last=last)
    return read_word_place(line.context.vault, line.owner.id, recording.id, words, actor="user:ada")


def test_words_are_found_by_their_place_in_their_turn_hidden_ones_too(line, recording):
    assert place(line, recording, 1, 3, 3) == (0, NAME)
    assert place(line, recording, 1, 0, 1) == (0, TimeSpan(3000, 3350))
    assert place(line, recording, 0, 0, 0)[0] == 1


@pytest.mark.parametrize("wrong", [(9, 0, 0), (1, 2, 1), (1, 0, 99), (1, -1, 0)])
def test_words_that_are_not_there_are_refused(line, recording, wrong):
    with pytest.raises(InvalidInput):
        place(line, recording, *wrong)


def test_of_what_has_ended_no_place_is_told(line, recording):
    an_ending(line, recording)
    with pytest.raises(NotPermitted):
        place(line, recording, 1, 0, 0)
