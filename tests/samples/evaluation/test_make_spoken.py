"""From a script to sound and times, without the voices."""

from __future__ import annotations

import json

import numpy as np

from pipeline.redaction.evaluation.dialogues import parse_dialogues
from samples.evaluation.make_spoken import Tape, make_spoken
from samples.evaluation.spoken_calls import read_spoken
from samples.twilio_standin.audio import read_sound
from samples.voices import Spoken, Voice

SCRIPT = """# one spoken
A: Hello there.
C: I am [PERSON|Ada].
"""


class OneTone:
    """Says every word as a tone of 200 ms, 100 ms between them."""

    def say(self, text: str, voice: Voice) -> Spoken:
        count = len(text.split())
        sound = np.zeros(2400 * count, np.float32)
        for at in range(count):
            sound[2400 * at : 2400 * at + 1600] = 0.3 * np.sin(np.arange(1600) * 0.8)
        return Spoken(sound=sound, words=tuple((0.3 * at, 0.3 * at + 0.2) for at in range(count)))


def test_words_are_told_where_they_are_heard(tmp_path):
    calls = parse_dialogues(SCRIPT, name="script.txt")
    (tmp_path / "script.txt").write_text(SCRIPT)
    (tmp_path / "times.json").write_text(json.dumps(dict(make_spoken(calls, OneTone(), tmp_path))))
    [call] = read_spoken(tmp_path)
    sound = np.abs(read_sound(tmp_path / "one.ogg").astype(int))
    agent, customer = (labelled.turn for labelled in call.labelled.turns)
    assert (agent.channel, customer.channel) == (1, 0)
    for turn in (agent, customer):
        for word in turn.words:
            inside = sound[(word.start_ms + 20) * 8 : (word.end_ms - 20) * 8, turn.channel]
            after = sound[(word.end_ms + 30) * 8 : (word.end_ms + 80) * 8, turn.channel]
            assert inside.max() > 3000
            assert after.max() < 1000
    assert customer.words[0].start_ms > agent.words[-1].end_ms


def test_turns_follow_each_other_with_the_pause_asked_for():
    tape = Tape()
    first = tape.add(1, OneTone().say("one two", Voice()), pause_s=0.5)
    second = tape.add(0, OneTone().say("three", Voice()), pause_s=0.5)
    assert first == [[400, 600], [700, 900]]
    assert second == [[1500, 1700]]
