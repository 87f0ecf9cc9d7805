from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.evaluation.heard import secrets_of
from samples.evaluation.spoken_calls import SPOKEN, digest, read_spoken
from samples.twilio_standin.audio import RATE, read_sound

CALLS = read_spoken()


@pytest.fixture(params=CALLS, ids=lambda call: call.labelled.id)
def call(request):
    return request.param


def test_there_are_a_dozen_calls_with_names_and_numbers():
    assert len(CALLS) >= 12
    kinds = {label.type for call in CALLS for turn in call.labelled.turns for label in turn.labels}
    assert {"PERSON", "CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS"} <= kinds
    assert all(secrets_of(call.labelled) for call in CALLS)


def test_every_word_has_a_time_inside_the_sound_and_after_the_one_before(call):
    sound = read_sound(call.sound)
    words = [word for labelled in call.labelled.turns for word in labelled.turn.words]
    assert sound.shape[1] == 2
    assert [word.text for word in words] == [w for t in call.labelled.turns for w in t.turn.text.split()]
    assert all(word.start_ms < word.end_ms for word in words)
    assert words == sorted(words, key=lambda word: word.start_ms)
    assert words[-1].end_ms <= len(sound) * 1000 / RATE


def test_nearly_all_that_can_be_heard_lies_in_words(call):
    sound = read_sound(call.sound).astype(float)
    is_word = np.zeros(sound.shape, bool)
    for labelled in call.labelled.turns:
        for word in labelled.turn.words:
            is_word[word.start_ms * RATE // 1000 : word.end_ms * RATE // 1000 + 1, word.channel] = True
    power = np.square(sound)
    assert power[is_word].sum() / power.sum() > 0.99


def test_the_sound_is_given_as_a_vendor_would(call):
    assert call.wav[:4] == b"RIFF"
    assert len(call.wav) == len(read_sound(call.sound)) * 4 + 44


def test_sound_made_from_another_script_is_refused(tmp_path):
    shutil.copytree(SPOKEN, tmp_path / "spoken")
    script = tmp_path / "spoken" / "script.txt"
    script.write_text(script.read_text().replace("How can I help?", "How may I help?", 1))
    with pytest.raises(InvalidInput, match="spoken-01: its sound was not made from this script"):
        read_spoken(tmp_path / "spoken")


def test_a_digest_follows_who_says_what():
    times = json.loads((SPOKEN / "times.json").read_text())
    assert {call.labelled.id: digest(call.labelled) for call in CALLS} == {
        name: made["said"] for name, made in times.items()
    }
    assert len({made["said"] for made in times.values()}) == len(times)
