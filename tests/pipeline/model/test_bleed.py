from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.span import TimeSpan


@given(st.integers(0, 5000), st.integers(1, 900), st.integers(-1000, 1000))
def test_what_is_covered_holds_the_word_and_its_echo(start: int, length: int, delay_ms: int) -> None:
    word = TimeSpan(start, start + length)

    covered = Bleed(channel=0, on=1, delay_ms=delay_ms, sign=BleedSign.WAVEFORM).cover(word)

    assert covered.start_ms == max(0, min(start, start + delay_ms))
    assert covered.end_ms == max(word.end_ms, word.end_ms + delay_ms)
