from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from pipeline.model.transcript import Transcript, Utterance, Word
from samples.expectations import Heard, _hidden, _is_until, _never, _stays, differences, load_expected
from samples.scenario import list_scenarios


def words(text, channel=0):
    return tuple(
        Word(text=word, channel=channel, start_ms=300 * n, end_ms=300 * n + 200) for n, word in enumerate(text.split())
    )


def heard(before, after):
    spoken = Transcript(
        engine="x",
        model="x",
        language="en-US",
        duration_ms=60_000,
        channels=((Utterance(channel=0, words=words(before)),),),
    )
    return Heard(original=spoken, redacted=words(after))


HIDE = {"must_hide": [{"type": "PERSON", "said": "Leonora Fitch", "channel": 0}]}


def test_a_name_that_can_still_be_read_is_a_difference():
    said = "my name is leonora fitch thanks"
    assert list(_hidden(HIDE, heard(said, said))) == ["must_hide[0] (PERSON) can be read"]
    assert list(_hidden(HIDE, heard(said, "my name is thanks"))) == []


def test_what_must_stay_and_was_heard_may_not_be_hidden():
    expected = {"must_stay": ["blue umbrella"]}
    assert list(_stays(expected, heard("a blue umbrella please", "a please"))) == ["must_stay[0] was hidden"]
    assert list(_stays(expected, heard("a blue umbrella please", "a blue umbrella please"))) == []
    assert list(_stays(expected, heard("a new umbrella", "a"))) == []


def test_what_was_said_after_a_withdrawal_may_not_be_in_the_recording():
    expected = {"never_recorded": [{"said": "the second payment will be returned"}]}
    assert list(_never(expected, heard("so the second payment will come", "x"))) == ["never_recorded[0] was recorded"]
    assert list(_never(expected, heard("please stop recording", "x"))) == []


@pytest.mark.parametrize(
    ("rule", "until", "fits"),
    [
        ("none", None, True),
        ("none", date(2027, 1, 1), False),
        ("P90D", date(2027, 2, 19), True),
        ("P90D", date(2027, 2, 20), False),
        ("PT72H", date(2026, 11, 24), True),
        ("PT72H", date(2026, 11, 25), False),
        ("PT72H", None, False),
    ],
)
def test_a_retention_rule_is_counted_from_the_start_of_the_recording(rule, until, fits):
    recording = SimpleNamespace(
        recording=SimpleNamespace(started_at=datetime(2026, 11, 21, 9, tzinfo=UTC), noted_at=None)
    )
    assert _is_until(rule, until, recording) is fits


def test_a_call_that_nobody_was_asked_on_differs_from_one_that_was_granted():
    summary = SimpleNamespace(standings=(), recordings=())
    played = SimpleNamespace(recording_sids=())
    found = differences("implied-notice", played, summary, None)
    assert "caller record: expected granted, got not_asked" in found
    assert "recordings at Twilio: expected 1, got 0" in found


@pytest.mark.parametrize("name", [scenario.name for scenario in list_scenarios()])
def test_every_sample_says_what_must_become_of_it(name):
    expected = load_expected(name)
    assert {"consent", "recordings_at_twilio", "must_hide", "must_stay", "training", "decisions"} <= set(expected)
