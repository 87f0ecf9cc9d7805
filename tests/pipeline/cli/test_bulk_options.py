from __future__ import annotations

from datetime import date

import pytest

from pipeline.cli.bulk_options import day
from pipeline.model.errors import InvalidInput


def test_a_day_is_read_and_none_is_none():
    assert day(None, None, "2026-01-31") == date(2026, 1, 31)
    assert day(None, None, None) is None


@pytest.mark.parametrize("wrong", ["yesterday", "2026-02-30", "2999-01-01"])
def test_what_is_no_day_or_has_not_come_is_refused(wrong):
    with pytest.raises(InvalidInput, match="day"):
        day(None, None, wrong)
