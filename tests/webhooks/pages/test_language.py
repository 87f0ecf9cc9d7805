from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from webhooks.pages.language import (
    choose_language,
    counter,
    say_day,
    say_duration,
    say_moment,
    say_number,
    say_share,
    speaker,
)

OFFERED = ("en", "es")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de,en;q=0.5,es;q=0.7", "es"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        (";q=,;;q=x,es;q=nan", "es"),
        ("en;q=\u00b2,es", "es"),
    ],
)
def test_the_language_is_the_first_that_is_wanted_and_there(header, chosen):
    assert choose_language(header, OFFERED) == chosen


def test_days_moments_and_numbers_are_written_as_the_language_does():
    assert say_day(date(2026, 11, 28), "en") == "Nov 28, 2026"
    assert say_moment(datetime(2026, 11, 28, 5, 4, 3, tzinfo=UTC), "en").endswith("UTC")
    assert say_number(1234567.5, "en") == "1,234,567.5"
    assert say_share(0.0834, "en") == "8.3 %"


def test_a_length_of_time_is_written_as_players_do():
    assert [say_duration(s) for s in (0, 65, 3723)] == ["0:00", "1:05", "1:02:03"]


def test_texts_take_values_and_numbers_of_things():
    assert speaker("en")("%(who)s asked", who="ada") == "ada asked"
    assert speaker("en")("100 %") == "100 %"
    assert speaker("en")("") == ""
    assert [counter("en")("%(num)s call", "%(num)s calls", n) for n in (1, 2000)] == ["1 call", "2,000 calls"]
