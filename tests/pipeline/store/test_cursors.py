from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.store.cursors import read_cursor, write_cursor


def test_a_cursor_gives_back_what_it_was_written_from():
    assert read_cursor(write_cursor(12, "rev_1"), int, str) == (12, "rev_1")


@pytest.mark.parametrize(
    "text", ["", "x", "W10", write_cursor("12", "rev_1"), write_cursor(12), "A" * 400, "WzFd", write_cursor(1, 2)]
)
def test_whatever_no_page_gave_is_refused(text):
    with pytest.raises(InvalidInput):
        read_cursor(text, int, str)
