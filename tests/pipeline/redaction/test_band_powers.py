from __future__ import annotations

import numpy as np
import pytest

from pipeline.redaction.band_powers import FRAME, HOP, RATE, band_powers
from tests.pipeline.redaction.sounds import noise

BANDS = ((250, 1_000), (1_000, 3_500))
AT = np.arange(RATE) / RATE


@pytest.mark.parametrize(("hz", "band"), [(300, 0), (900, 0), (1_100, 1), (3_000, 1)])
def test_a_tone_of_full_scale_has_3_db_less_in_its_own_band_and_nothing_in_the_other(hz: int, band: int) -> None:
    level_db = 10 * np.log10(band_powers(np.sin(2 * np.pi * hz * AT)[None].astype(np.float32), BANDS) + 1e-12)

    assert level_db[0, band] == pytest.approx(-3.01, abs=0.1)
    assert level_db[0, 1 - band].max() < -40


def test_there_is_a_frame_for_every_ten_milliseconds_of_every_window() -> None:
    windows = np.stack([noise(RATE, channels=1)[:, 0], np.zeros(RATE, np.float32)])
    windows[0, : RATE // 2] = 0

    powers = band_powers(windows, BANDS)

    assert powers.shape == (2, 2, (RATE - FRAME) // HOP + 1)
    loud = np.flatnonzero(powers[0, 0] > 1e-6)
    assert loud[0] * HOP == pytest.approx(RATE // 2 - FRAME, abs=2 * HOP)
    assert not powers[1].any()
