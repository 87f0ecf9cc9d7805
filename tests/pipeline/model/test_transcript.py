from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import PAUSE_MS, Transcript, Turn, Utterance, Word, to_conversation, turn_from_words

texts = st.text(alphabet="ab é😀\t", max_size=5)


def words(*said: tuple[str, int], channel: int = 0) -> tuple[Word, ...]:
    return tuple(Word(text=text, channel=channel, start_ms=at, end_ms=at + 100) for text, at in said)


def transcript(*channels: tuple[Utterance, ...]) -> Transcript:
    return Transcript(engine="e", model="m", language="en-US", duration_ms=60_000, channels=channels)


def said(channel: int, *at: tuple[str, int]) -> Utterance:
    return Utterance(channel=channel, words=words(*at, channel=channel))


@given(st.lists(texts, max_size=8))
def test_every_character_of_a_turn_belongs_to_one_word_or_one_joiner(parts):
    turn = turn_from_words(0, "caller", words(*((p, 100 * n) for n, p in enumerate(parts))))
    owners = [sum(s.start <= at < s.end for s in turn.word_spans) for at in range(len(turn.text))]
    assert set(owners) <= {0, 1}
    between = [(a.end, b.start) for a, b in zip(turn.word_spans, turn.word_spans[1:], strict=False)]
    assert all(turn.text[start:end] == " " for start, end in between)
    assert owners.count(0) == len(between)


@given(st.lists(texts, max_size=8))
def test_each_word_stands_where_its_place_says(parts):
    turn = turn_from_words(0, "caller", words(*((p, 100 * n) for n, p in enumerate(parts))))
    assert [turn.text[s.start : s.end] for s in turn.word_spans] == [w.text.strip() for w in turn.words]
    assert [w.text for w in turn.words] == [p for p in parts if p.strip()]


def test_a_turn_whose_words_have_no_place_is_refused():
    with pytest.raises(InvalidInput, match="turn 3"):
        Turn(index=3, speaker="caller", text="yes", words=words(("yes", 0)), word_spans=())
    with pytest.raises(InvalidInput):
        Turn(index=3, speaker="caller", text="yes", word_spans=(CharSpan(0, 3),))


def test_what_two_people_said_is_interleaved_by_when_they_began():
    heard = transcript((said(0, ("hi", 0)), said(0, ("fine", 4000))), (said(1, ("how", 2000), ("are you", 2200)),))
    turns = to_conversation("rec", heard, speakers=("caller", "agent")).turns
    assert [(t.index, t.speaker, t.channel, t.text) for t in turns] == [
        (0, "caller", 0, "hi"),
        (1, "agent", 1, "how are you"),
        (2, "caller", 0, "fine"),
    ]


def test_a_run_that_reaches_over_what_the_other_said_is_parted_at_its_pause():
    heard = transcript((said(0, ("before", 0), ("after", 100 + PAUSE_MS)),), (said(1, ("between", 400)),))
    turns = to_conversation("rec", heard, speakers=("caller", "agent")).turns
    assert [t.text for t in turns] == ["before", "between", "after"]


def test_a_shorter_silence_does_not_part_a_run():
    heard = transcript((said(0, ("before", 0), ("after", 99 + PAUSE_MS)),), (said(1, ("between", 400)),))
    assert [t.text for t in to_conversation("rec", heard, speakers=("a", "b")).turns] == ["before after", "between"]


def test_consecutive_runs_of_one_party_are_one_turn():
    heard = transcript((said(0, ("one", 0)), said(0, ("two", 5000))))
    assert [t.text for t in to_conversation("rec", heard, speakers=("caller",)).turns] == ["one two"]


def test_a_channel_without_a_known_party_is_called_by_its_number():
    heard = transcript((), (said(1, ("hello", 0)),))
    assert to_conversation("rec", heard, speakers=("caller",)).turns[0].speaker == "channel-1"


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20_000), st.integers(0, 900)), max_size=15))
def test_no_word_is_lost_or_said_twice(spoken):
    channels: list[list[Utterance]] = [[], [], []]
    for number, (channel, start, length) in enumerate(sorted(spoken, key=lambda s: s[1])):
        word = Word(text=f"w{number}", channel=channel, start_ms=start, end_ms=start + length)
        channels[channel].append(Utterance(channel=channel, words=(word,)))
    heard = transcript(*(tuple(c) for c in channels))
    conversation = to_conversation("rec", heard, speakers=())
    got = [w for t in conversation.turns for w in t.words]
    assert sorted(w.text for w in got) == sorted(w.text for w in heard.words)
    assert all(w.channel == t.channel for t in conversation.turns for w in t.words)
    assert [t.index for t in conversation.turns] == list(range(len(conversation.turns)))


def test_words_of_all_channels_come_by_start_and_then_by_channel():
    heard = transcript((said(0, ("b", 50)), said(0, ("d", 90))), (said(1, ("a", 10), ("c", 50)),))
    assert [w.text for w in heard.words] == ["a", "b", "c", "d"]


def test_a_word_without_duration_counts_a_millisecond():
    assert Word(text="x", channel=0, start_ms=5, end_ms=5).time == TimeSpan(5, 6)


def test_words_do_not_show_in_a_repr():
    heard = transcript((said(0, ("canaryname", 0)),))
    conversation = to_conversation("rec", heard, speakers=("caller",))
    shown = repr((heard, conversation, conversation.turns[0], heard.channels[0][0], heard.words[0]))
    assert "canaryname" not in shown
