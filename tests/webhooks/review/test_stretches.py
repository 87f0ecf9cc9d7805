from __future__ import annotations

import pytest
from fastapi import Request

from webhooks.review.stretches import give_sound

SOUND = b"RIFF" + bytes(range(96))


def given(asked: str = "", body: bytes = SOUND):
    headers = [(b"range", asked.encode())] if asked else []
    return give_sound(Request({"type": "http", "headers": headers}), body)


def test_without_a_range_all_is_given_and_ranges_are_offered():
    whole = given()
    assert (whole.status_code, whole.body, whole.media_type) == (200, SOUND, "audio/wav")
    assert (whole.headers["accept-ranges"], whole.headers["cache-control"]) == ("bytes", "no-store")
    assert given(body=b"ID3.").media_type == "audio/mpeg"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-3", 0, 3), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=98-400", 98, 99), ("bytes=-400", 0, 99)],
)
def test_a_range_is_given_with_its_place(asked, first, last):
    part = given(asked)
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes {first}-{last}/100"
    assert part.body == SOUND[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=5-2", "bytes=-0", "bytes=-", "words=1-2", "bytes=a-b"])
def test_what_cannot_be_given_is_said_so_with_the_size(asked):
    refused = given(asked)
    assert (refused.status_code, refused.headers["content-range"], refused.body) == (416, "bytes */100", b"")
