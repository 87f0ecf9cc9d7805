from __future__ import annotations

import numpy as np
import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript
from pipeline.redaction.listening import Listening
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.wav_reader import WavReader
from tests.pipeline.redaction.sounds import a_file, noise
from tests.pipeline.redaction.tones import ToneListener, Tongue

TONGUE = Tongue("one two three four five six seven eight")
CALL = TONGUE.say({0: [("one", 1000), ("two", 5000), ("three", 20_000)], 1: [("four", 5400)]}, seconds=30)


def listening(listener: ToneListener | None = None, *, share: float = 0) -> Listening:
    return Listening(listener=listener or ToneListener(TONGUE), language="en-GB", seed=b"", share=share)


def said(heard: Listening) -> list[tuple[str, int, int]]:
    return [(word.text, word.channel, round(word.start_ms, -2)) for word in heard.words]


def redacted(muted: dict[int, list[TimeSpan]], call: bytes = CALL) -> WavReader:
    return WavReader.of(render_audio(call, muted, style="beep"))


def test_every_channel_is_heard_around_what_is_muted_on_one_and_nothing_further_away() -> None:
    muted = {0: [TimeSpan(4900, 5400)]}
    heard = listening()

    heard.hear(redacted(muted), muted, places=[])

    assert said(heard) == [("four", 1, 5400)]
    assert heard.stretches == (TimeSpan(1900, 8400),)
    assert heard.recognisers == {("tones", "tones")}


def test_other_places_are_heard_too_and_what_of_them_lies_beyond_the_end_is_left_out() -> None:
    heard = listening()

    heard.hear(WavReader.of(CALL), {}, places=[TimeSpan(20_000, 20_300), TimeSpan(40_000, 41_000)])

    assert said(heard) == [("three", 0, 20_000)]


def test_with_a_share_of_one_everything_is_heard() -> None:
    heard = listening(share=1)

    heard.hear(WavReader.of(CALL), {}, places=[])

    assert said(heard) == [("one", 0, 1000), ("two", 0, 5000), ("four", 1, 5400), ("three", 0, 20_000)]


def test_what_did_not_change_is_not_heard_again() -> None:
    listener = ToneListener(TONGUE)
    heard = listening(listener, share=1)
    heard.hear(WavReader.of(CALL), {}, places=[])
    before = listener.heard_ms
    muted = {0: [TimeSpan(4900, 5400)]}

    heard.hear(redacted(muted), muted, places=[])
    again = listener.heard_ms - before
    heard.hear(redacted(muted), muted, places=[])

    assert said(heard) == [("one", 0, 1000), ("four", 1, 5400), ("three", 0, 20_000)]
    assert again < before / 2
    assert listener.heard_ms == before + again


def test_at_the_edge_of_what_is_heard_again_each_word_stands_once() -> None:
    steady = [("six", 500 + 400 * n) for n in range(60)]
    call = TONGUE.say({0: steady}, seconds=30)
    muted = {0: [TimeSpan(12_050, 12_850)]}
    heard = listening(share=1)
    heard.hear(WavReader.of(call), {}, places=[])
    before = said(heard)

    heard.hear(redacted(muted, call), muted, places=[])

    assert len(before) == 60
    assert said(heard) == [word for word in before if word[2] not in (12_100, 12_500)]


def test_what_is_no_longer_muted_is_heard_again() -> None:
    muted = {0: [TimeSpan(4900, 5400)]}
    heard = listening(share=1)
    heard.hear(redacted(muted), muted, places=[])

    heard.hear(WavReader.of(CALL), {}, places=[])

    assert ("two", 0, 5000) in said(heard)


def test_a_new_place_is_heard_and_the_old_words_are_kept() -> None:
    heard = listening()
    heard.hear(WavReader.of(CALL), {}, places=[TimeSpan(1000, 1300)])

    heard.hear(WavReader.of(CALL), {}, places=[TimeSpan(1000, 1300), TimeSpan(20_000, 20_300)])

    assert said(heard) == [("one", 0, 1000), ("three", 0, 20_000)]


def test_a_long_call_is_brought_to_the_listener_in_files_of_ten_minutes() -> None:
    call = a_file(noise(8000 * 900, channels=1))
    lengths: list[int] = []

    class Noting(ToneListener):
        def transcribe(self, audio: bytes, *, language: str) -> Transcript:
            heard = super().transcribe(audio, language=language)
            lengths.append(heard.duration_ms)
            return heard

    listening(Noting(TONGUE), share=1).hear(WavReader.of(call), {}, places=[])

    assert len(lengths) == 2
    assert max(lengths) < 602_000


def test_sound_of_which_nothing_is_understood_is_named_by_channel() -> None:
    samples = np.concatenate([noise(8000 * 80, channels=1), np.zeros((8000 * 80, 1), np.float32)], axis=1)
    heard = listening(share=1)

    heard.hear(WavReader.of(a_file(samples)), {}, places=[])

    assert heard.not_understood == (0,)


def test_no_confidence_is_kept_and_no_word_is_shown() -> None:
    heard = listening(ToneListener(TONGUE, confidence=0.9), share=1)

    heard.hear(WavReader.of(CALL), {}, places=[])

    assert heard.words
    assert all(word.confidence is None for word in heard.words)
    assert "three" not in repr(heard)


def test_a_listener_that_fails_is_not_taken_for_silence() -> None:
    class Unreachable(ToneListener):
        def transcribe(self, audio: bytes, *, language: str) -> Transcript:
            raise VendorUnavailable("scripted", "listen")

    with pytest.raises(VendorUnavailable):
        listening(Unreachable(TONGUE), share=1).hear(WavReader.of(CALL), {}, places=[])
