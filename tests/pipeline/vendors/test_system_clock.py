from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.vendors.system_clock import SystemClock


def test_the_present_is_aware_in_utc_and_never_before_what_was_read_earlier() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)
