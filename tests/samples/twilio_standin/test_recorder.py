"""What a recorder captures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from samples.twilio_standin.audio import RATE, Timeline
from samples.twilio_standin.recorder import Recorder, RecorderSettings


@pytest.fixture
def timeline():
    timeline = Timeline()
    timeline.place(0, 0.0, np.full(10 * RATE, 100, dtype=np.int16))
    timeline.place(1, 0.0, np.full(10 * RATE, 2000, dtype=np.int16))
    return timeline


def recorder(**settings: Any) -> Recorder:
    return Recorder(RecorderSettings(source="StartCallRecordingTwiML", **settings), started_s=1.0)


def test_it_captures_from_start_to_stop(timeline):
    it = recorder()
    it.stop(4.0)
    assert it.capture(timeline).shape == (3 * RATE, 2)


def test_a_pause_with_silence_keeps_the_time(timeline):
    it = recorder()
    it.pause(2.0, "silence")
    it.resume(3.0)
    it.stop(4.0)
    sound = it.capture(timeline)
    assert len(sound) == 3 * RATE
    assert not sound[RATE : 2 * RATE].any()
    assert sound[:RATE].all()
    assert sound[2 * RATE :].all()


def test_a_pause_with_skip_takes_the_time_out(timeline):
    it = recorder()
    it.pause(2.0, "skip")
    it.resume(3.0)
    it.stop(4.0)
    assert len(it.capture(timeline)) == 2 * RATE


def test_a_pause_that_is_never_resumed_is_silent_to_the_end(timeline):
    it = recorder()
    it.pause(2.0, "silence")
    it.stop(4.0)
    assert not it.capture(timeline)[RATE:].any()


def test_stopping_is_final(timeline):
    it = recorder()
    it.stop(2.0)
    it.stop(9.0)
    assert len(it.capture(timeline)) == RATE


def test_one_channel_is_the_mix_of_both(timeline):
    it = recorder(channels=1)
    it.stop(2.0)
    assert set(it.capture(timeline)[:, 0].tolist()) == {2100}


@pytest.mark.parametrize(("track", "silent"), [("inbound", 1), ("outbound", 0)])
def test_one_track_leaves_the_other_silent(timeline, track, silent):
    it = recorder(track=track)
    it.stop(2.0)
    sound = it.capture(timeline)
    assert not sound[:, silent].any()
    assert sound[:, 1 - silent].all()


def test_a_trunks_channels_are_the_other_way_round(timeline):
    it = recorder(is_order_reversed=True)
    it.stop(2.0)
    assert it.capture(timeline)[0].tolist() == [2000, 100]


def test_it_stops_by_itself_at_its_longest(timeline):
    it = recorder(max_length_s=1.5)
    it.stop(9.0)
    assert len(it.capture(timeline)) == 1.5 * RATE


def test_trimming_is_done_only_where_asked_for():
    quiet = Timeline()
    quiet.place(0, 3.0, np.full(RATE, 2000, dtype=np.int16))
    trimmed, whole = recorder(trim="trim-silence"), recorder()
    for it in (trimmed, whole):
        it.stop(6.0)
    assert (len(trimmed.capture(quiet)), len(whole.capture(quiet))) == (RATE, 5 * RATE)
