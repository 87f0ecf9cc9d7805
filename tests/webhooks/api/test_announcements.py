from __future__ import annotations


def test_what_callers_hear_is_listed_by_language(empty):
    english = empty.get("announcements?limit=200")["items"]
    assert {one["locale"] for one in english} == {"en-US"}
    assert any("Acme" in one["spoken"] for one in english)
    assert not any(one["is_own"] for one in english)
    assert empty.refused("announcements?locale=xx-XX", method="GET") == 404
