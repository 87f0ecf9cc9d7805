from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vendors.object_rules import check_digest, check_key, check_prefix, check_tag_count, whole_second


@pytest.mark.parametrize("key", ["a", "tenants/acme/2026/11/21/rec_1/recording.original/0f", "a/b=c@d+e-f", "_x"])
def test_a_key_of_plain_parts_is_accepted(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "../a", "a/..", "a/.b", "a b", "a\\b", "a\n", "ä", "a" * 902])
def test_a_key_that_may_be_read_as_something_else_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        check_key(key)


def test_a_prefix_may_be_empty_or_end_between_parts() -> None:
    assert [check_prefix(prefix) for prefix in ("", "a", "a/", "a/b")] == ["", "a", "a/", "a/b"]
    for bad in ("/", "a//", "../"):
        with pytest.raises(InvalidInput):
            check_prefix(bad)


def test_bytes_must_have_the_digest_they_are_said_to_have() -> None:
    check_digest(b"x", hashlib.sha256(b"x").hexdigest())
    for other in ("", "00" * 32):
        with pytest.raises(IntegrityError):
            check_digest(b"x", other)


def test_an_eleventh_tag_is_refused() -> None:
    check_tag_count({str(number): "" for number in range(10)})
    with pytest.raises(InvalidInput):
        check_tag_count({str(number): "" for number in range(11)})


def test_a_date_is_rounded_up_in_utc_and_needs_a_time_zone() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert whole_second(noon) == noon
    assert whole_second(noon.astimezone(timezone(timedelta(hours=13)))) == noon
    assert whole_second(noon + timedelta(microseconds=1)) == noon + timedelta(seconds=1)
    with pytest.raises(InvalidInput):
        whole_second(noon.replace(tzinfo=None))
