from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.vcon.canonical import canonicalise, content_hash, encode


def test_names_are_in_the_order_of_utf_16_and_text_is_as_rfc_8785_has_it():
    # Section 3.2.3 of RFC 8785: its names, whose order by code point would be another.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = canonicalise({name: 0 for name in names}).decode()
    at = [written.index(canonicalise(name).decode()) for name in ("\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33")]
    assert at == sorted(at)
    assert canonicalise({"b": [True, None, -3], "a": '"\\/\n'}) == b'{"a":"\\"\\\\/\\n","b":[true,null,-3]}'


@pytest.mark.parametrize("value", [1.5, 2**53, "\ud800", {1: 2}, b"x"])
def test_what_has_no_one_spelling_is_refused(value):
    with pytest.raises(InvalidInput):
        canonicalise({"a": value})


def test_digests_are_written_as_a_vcon_has_them():
    assert encode(b"\xff\xfe") == "__4"
    assert content_hash(b"").startswith("sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP")
