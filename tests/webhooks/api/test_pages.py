from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.store.cursors import write_cursor
from webhooks.api.pages import after_of, next_of, slice_of


def test_pages_follow_each_other_to_the_end():
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page, cursor = slice_of("abcdefg", str, cursor=cursor, limit=3)
        seen += page
    assert ("".join(seen), cursor) == ("abcdefg", None)


def test_a_cursor_that_no_page_gave_is_refused():
    for wrong in ("x", write_cursor("z"), write_cursor(1)):
        with pytest.raises(InvalidInput):
            slice_of("abc", str, cursor=wrong, limit=1)
    assert (after_of(None), next_of(None), after_of(next_of("dsr_1"))) == ("", None, "dsr_1")


def test_a_list_is_read_in_pages_of_the_size_that_was_asked_for(empty):
    for at in range(3):
        empty.do("matters", {"matter": f"M-{at}", "title": "t", "owners": []})
    first = empty.get("matters?limit=2")
    rest = empty.get(f"matters?limit=2&cursor={first['next']}")
    assert sorted(one["id"] for one in first["items"] + rest["items"]) == ["M-0", "M-1", "M-2"]
    assert (len(first["items"]), rest["next"]) == (2, None)
    for wrong in ("limit=0", "limit=201", "limit=x", "cursor=x"):
        assert empty.refused(f"matters?{wrong}", method="GET") == 422
