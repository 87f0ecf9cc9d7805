from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IntegrityError
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.model.transcript_file import read_transcript, write_transcript


def a_word(channel: int):
    return st.builds(
        Word,
        text=st.text(max_size=4),
        channel=st.just(channel),
        start_ms=st.integers(0, 99),
        end_ms=st.integers(0, 99),
        confidence=st.none() | st.floats(0, 1),
    )


def a_channel(number: int):
    run = st.lists(a_word(number), max_size=3).map(lambda w: Utterance(channel=number, words=tuple(w)))
    return st.lists(run, max_size=2).map(tuple)


transcripts = st.integers(0, 2).flatmap(
    lambda n: st.builds(
        Transcript,
        engine=st.text(max_size=4),
        model=st.just("1"),
        language=st.just("en"),
        duration_ms=st.integers(0, 99),
        channels=st.tuples(*(a_channel(c) for c in range(n))),
    )
)
ONE = Transcript(
    engine="e",
    model="m",
    language="en",
    duration_ms=9,
    channels=((Utterance(channel=0, words=(Word(text="é", channel=0, start_ms=1, end_ms=2),)),),),
    request_id="first",
)


@given(transcripts)
def test_a_transcript_read_back_is_the_one_written(transcript):
    assert read_transcript(write_transcript(transcript)) == transcript


def test_the_vendors_request_id_changes_nothing_of_the_bytes():
    assert write_transcript(ONE) == write_transcript(replace(ONE, request_id="second"))


def test_the_bytes_of_a_format_never_change():
    assert write_transcript(ONE).decode() == (
        '{"channels":[[[["é",1,2,null]]]],"duration_ms":9,"engine":"e","format":1,"language":"en","model":"m"}'
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"words", b"[]", b"\xff", b"{}", b'{"format":1}', b'{"format":2}', b'"format"', b"null"],
)
def test_bytes_that_are_no_transcript_are_refused_without_repeating_them(body):
    with pytest.raises(IntegrityError) as caught:
        read_transcript(body)
    assert "words" not in str(caught.value)


def test_a_word_of_another_shape_is_refused():
    document = json.loads(write_transcript(ONE))
    document["channels"][0][0][0].append("more")
    with pytest.raises(IntegrityError):
        read_transcript(json.dumps(document).encode())
