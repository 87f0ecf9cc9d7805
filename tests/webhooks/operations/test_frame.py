from __future__ import annotations

import pytest

from pipeline.model.errors import Conflict, InvalidInput, NotPermitted, StoreUnreachable
from webhooks.operations.frame import handed_out, sentence_of


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (NotPermitted("whoever asked for a release does not approve it"), "Whoever asked"),
        (NotPermitted(), "You may not"),
        (InvalidInput("a reason has 1 to 500 characters"), "Give a reason"),
        (InvalidInput("rec_1 canary"), "Something that was given"),
        (StoreUnreachable("lock"), "The store did not"),
        (Conflict("rec_1"), "It was changed"),
    ],
)
def test_a_refusal_is_a_sentence_of_ours_and_never_what_the_error_says(error, start):
    assert sentence_of(error).startswith(start)
    assert "rec_1" not in sentence_of(error)


def test_a_file_is_saved_and_never_shown_or_kept_on_its_way():
    answer = handed_out(b"x", name="a.html", media_type="text/html")
    assert answer.headers["content-disposition"] == 'attachment; filename="a.html"'
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "sandbox" in answer.headers["content-security-policy"]
