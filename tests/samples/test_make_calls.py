"""From a script to a scenario and an expectation, without the voices."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from samples.make_calls import Tape, announcements, expectation, write_sound
from samples.twilio_standin.audio import clip_name
from samples.voices import Sound, Voice


class OneTone:
    """Says every phrase as a tone of 100 ms a word."""

    def speak(self, text: str, voice: Voice) -> Sound:
        return np.full(800 * len(text.split()), 0.1, dtype=np.float32)


@pytest.fixture
def tape():
    return Tape(OneTone(), {"caller": "man", "agent": "assistant"})


def test_marked_words_are_hidden_where_they_are_heard(tape):
    turn = tape.speak("caller", "It is {PERSON: Ada Lovelace}, not Bob.", number=0)
    assert turn["text"] == "It is Ada Lovelace, not Bob."
    [item] = turn["hidden"]
    assert (item["type"], item["said"]) == ("PERSON", "Ada Lovelace")
    assert (item["start_s"], item["end_s"]) == (0.67, 0.87)
    sound = tape.sound(seed=1)
    heard = np.abs(sound[round(0.67 * 8000) : round(0.87 * 8000), 0].astype(int)).max()
    assert heard > 500


def test_each_speaker_is_on_a_channel_of_their_own_and_after_the_other(tape):
    first, second = tape.speak("agent", "One two.", number=0), tape.speak("caller", "Three.", number=1)
    assert first["end_s"] < second["start_s"]
    at = round((second["start_s"] + 0.05) * 8000)
    assert np.abs(tape.sound(seed=1)[at : at + 200].astype(int)).argmax() % 2 == 0


def test_a_breath_is_silence_and_not_a_word(tape):
    turn = tape.speak("caller", "one / two", number=0)
    assert turn["text"] == "one two"
    assert turn["end_s"] - turn["start_s"] == pytest.approx(0.2 + 0.35 + 0.07)


TURNS = [
    {"speaker": "caller", "text": "I am Ada.", "start_s": 1.0, "hidden": [{"type": "PERSON", "said": "Ada"}]},
    {"speaker": "agent", "text": "Hello Ada.", "start_s": 5.0, "hidden": [{"type": "PERSON", "said": "Ada"}]},
]


def test_what_is_said_before_a_withdrawal_must_be_hidden_and_after_it_never_recorded():
    found = expectation({"recordings_at_twilio": 1}, TURNS, [{"at_s": 4.0, "do": "withdraw"}])
    assert [(item["said"], item["channel"]) for item in found["must_hide"]] == [("Ada", 0)]
    assert [item["said"] for item in found["never_recorded"]] == ["Hello Ada."]


def test_of_a_call_that_is_not_recorded_nothing_may_ever_be_heard():
    found = expectation({"recordings_at_twilio": 0}, TURNS, [])
    assert found["must_hide"] == []
    assert len(found["never_recorded"]) == 2


def test_announcements_are_listed_by_the_digest_of_their_words():
    found = announcements()
    assert all(clip_name(text) == name for name, text in found.items())
    assert any("Nejix Demo" in text for text in found.values())
    assert any("Connekz Demo" in text for text in found.values())


def test_a_sound_that_is_there_already_is_left_as_it_is(tmp_path):
    tone = np.full(8000, 3000, dtype=np.int16)
    path = tmp_path / "tone.ogg"
    write_sound(path, tone)
    before = path.read_bytes()
    write_sound(path, tone)
    assert path.read_bytes() == before
    write_sound(path, tone[::2])
    assert len(sf.read(path)[0]) == 4000
