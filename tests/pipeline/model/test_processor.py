from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model.processor import evidence_of, is_proved
from tests.builders import ON_FILE

ENTRY = replace(ON_FILE[0], evidence_on=date(2026, 1, 10), expires_on=date(2027, 1, 10))


@pytest.mark.parametrize(
    ("on", "is_it"),
    [
        (date(2026, 1, 9), False),
        (date(2026, 1, 10), True),
        (date(2027, 1, 9), True),
        (date(2027, 1, 10), False),
        (date(2040, 1, 1), False),
    ],
)
def test_evidence_proves_from_its_day_until_it_expires(on: date, is_it: bool) -> None:
    assert ENTRY.is_in_force(on) == is_it
    assert is_proved(ENTRY.name, [ENTRY], on=on) == is_it


def test_about_a_company_that_is_not_on_file_nothing_is_proved() -> None:
    assert evidence_of("deepgram", [ENTRY]) is None
    assert not is_proved("deepgram", [ENTRY], on=date(2026, 6, 1))
