from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.password import check_password


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "elevenchars",
        "passwordpassword",
        "Password1234",
        "aaaaaaaaaaaaaaaa",
        "ada lovelace!",
        "my earmark key!",
        "x" * 257,
    ],
)
def test_what_is_guessed_first_is_refused(text):
    with pytest.raises(InvalidInput):
        check_password(text, login="ada")


@pytest.mark.parametrize("text", ["a quiet place by the sea", "twelve chars", "Ünïcödé wörds"])
def test_a_sentence_is_good(text):
    check_password(text, login="ada.l")
