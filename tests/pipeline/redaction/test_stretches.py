from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.stretches import around, audible_parts, choose_stretches
from pipeline.redaction.wav_reader import WavReader
from tests.pipeline.redaction.sounds import a_file, noise

MINUTE = 60_000
SEED = b"the digest of some call"


def length_ms(stretches: tuple[TimeSpan, ...]) -> int:
    return sum(stretch.duration_ms for stretch in stretches)


def test_three_seconds_on_both_sides_of_a_place_are_heard_and_nothing_else_without_a_sample() -> None:
    stretches = choose_stretches([TimeSpan(100_000, 101_000)], duration_ms=10 * MINUTE, seed=SEED, share=0)

    assert stretches == around([TimeSpan(100_000, 101_000)], duration_ms=10 * MINUTE) == (TimeSpan(97_000, 104_000),)


@given(st.lists(st.integers(0, MINUTE - 2), max_size=8), st.binary(max_size=4))
def test_every_place_is_heard_and_nothing_beyond_the_call(starts: list[int], seed: bytes) -> None:
    places = [TimeSpan(start, min(start + 1500, MINUTE)) for start in starts]

    stretches = choose_stretches(places, duration_ms=MINUTE, seed=seed)

    assert all(any(s.start_ms <= p.start_ms and p.end_ms <= s.end_ms for s in stretches) for p in places)
    assert all(left.end_ms < right.start_ms for left, right in pairwise(stretches))
    assert stretches[-1].end_ms <= MINUTE


@pytest.mark.parametrize("share", [0.1, 0.2, 1 / 3, 0.5, 1.0])
def test_of_a_call_without_places_the_share_is_heard(share: float) -> None:
    heard_ms = length_ms(choose_stretches([], duration_ms=30 * MINUTE, seed=SEED, share=share))

    assert 0.8 * share <= heard_ms / (30 * MINUTE) <= 1.1 * share


@given(st.binary(min_size=1, max_size=8), st.integers(1000, MINUTE))
def test_of_the_shortest_call_something_is_heard(seed: bytes, duration_ms: int) -> None:
    assert length_ms(choose_stretches([], duration_ms=duration_ms, seed=seed, share=0.01)) > 0


def test_the_same_call_is_always_heard_alike_and_another_otherwise() -> None:
    def chosen(call: bytes) -> tuple[TimeSpan, ...]:
        return choose_stretches([], duration_ms=10 * MINUTE, seed=hashlib.sha256(call).digest())

    assert chosen(b"a call") == chosen(b"a call")
    assert chosen(b"a call") != chosen(b"b call")


def test_no_moment_of_a_call_is_safe_from_being_heard() -> None:
    """Over many calls every second is heard about as often as any other, the first and the last included."""
    often = np.zeros(120)
    for call in range(600):
        for stretch in choose_stretches([], duration_ms=2 * MINUTE, seed=bytes([call % 256, call // 256]), share=0.2):
            often[-(-stretch.start_ms // 1000) : stretch.end_ms // 1000] += 1

    assert often.min() > 600 * 0.2 * 0.4
    assert often.max() < 600 * 0.2 * 1.5


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(InvalidInput):
        choose_stretches([], duration_ms=MINUTE, seed=SEED, share=share)


def a_line(*loud: tuple[int, int], seconds: int = 20, floor: float = 0.0005, level: float = 0.1) -> WavReader:
    """A line with its noise, and sound in the given spans of ms."""
    samples = noise(8000 * seconds, channels=1, level=floor)
    for start, end in loud:
        samples[start * 8 : end * 8] = noise((end - start) * 8, channels=1, level=level)
    return WavReader.of(a_file(samples))


def audible(line: WavReader, *muted: TimeSpan) -> list[TimeSpan]:
    return list(audible_parts(line, 0, TimeSpan(0, line.layout.duration_ms), muted=muted))


def test_long_stillness_is_left_out_but_for_a_margin() -> None:
    assert audible(a_line((2000, 3000), (4000, 5000), (10_000, 11_000))) == [
        TimeSpan(1700, 5300),
        TimeSpan(9700, 11_300),
    ]


def test_words_far_below_speech_are_not_taken_for_stillness() -> None:
    (part,) = audible(a_line((2000, 2300), level=0.001, floor=0.00005))

    assert part.start_ms <= 2000
    assert part.end_ms >= 2300


def test_what_is_muted_is_nothing_to_hear_whatever_stands_in_it() -> None:
    line = a_line((2000, 6000))

    assert audible(line, TimeSpan(2500, 8000)) == [TimeSpan(1700, 2800)]
    assert audible(line, TimeSpan(0, 20_000)) == []


def test_a_line_without_a_sound_is_not_listened_to_and_one_that_is_never_still_is_whole() -> None:
    silent = WavReader.of(a_file(np.zeros((80_000, 1), np.float32)))

    assert audible(silent) == []
    assert audible(a_line((0, 20_000))) == [TimeSpan(0, 20_000)]


def test_a_noisy_line_is_heard_whole() -> None:
    assert audible(a_line(floor=0.01)) == [TimeSpan(0, 20_000)]


def test_what_is_long_is_parted_where_it_is_quiet() -> None:
    seam = 290_000
    line = a_line((0, seam), (seam + 100, 400_000), seconds=400)

    first, second = audible(line)

    assert seam <= first.end_ms == second.start_ms <= seam + 100
    assert (first.start_ms, second.end_ms) == (0, 400_000)


def test_a_part_of_a_stretch_is_named_by_its_time_in_the_call() -> None:
    line = a_line((12_000, 12_500))

    assert list(audible_parts(line, 0, TimeSpan(11_000, 20_000), muted=())) == [TimeSpan(11_700, 12_800)]


@given(st.lists(st.tuples(st.integers(0, 9500), st.integers(20, 500)), max_size=6), st.integers(0, 4000))
def test_whatever_is_heard_of_a_stretch_lies_in_it_and_holds_its_sounds(
    loud: list[tuple[int, int]], begins: int
) -> None:
    line = a_line(*((start, start + length) for start, length in loud), seconds=10)
    stretch = TimeSpan(begins, begins + 6000)

    parts = list(audible_parts(line, 0, stretch, muted=()))

    assert all(stretch.start_ms <= p.start_ms < p.end_ms <= stretch.end_ms for p in parts)
    assert all(left.end_ms <= right.start_ms for left, right in pairwise(parts))
    inside = [(a, a + n) for a, n in loud if begins <= a and a + n <= begins + 6000]
    assert all(any(p.start_ms <= a and b <= p.end_ms for p in parts) for a, b in inside)
