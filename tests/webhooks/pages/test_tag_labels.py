from __future__ import annotations

from webhooks.pages.tag_labels import TAGS


def test_no_two_things_that_happen_are_called_the_same():
    assert len(set(TAGS.values())) == len(TAGS)
