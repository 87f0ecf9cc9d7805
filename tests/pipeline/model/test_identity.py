from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.identity import checked_provider, checked_subject, is_issuer_here, is_safe_address

GOOD = ("https://login.example.com/tenant/v2.0", "earmark", "secret")


@pytest.mark.parametrize(
    "issuer",
    [
        "", "http://login.example.com", "https://", "login.example.com", "ftp://login.example.com", "https://[::1",
        "https://a:b@login.example.com", "https://login.example.com/?x=1", "https://login.example.com/#x",
        "https://login.example.com/ x", "https://login.example.com\n", "https://login.example.com:x",
        "https://" + "a" * 300, "https://lögin.example.com", "http://localhost.example.com",
    ],
)  # fmt: skip
def test_an_issuer_that_cannot_be_spoken_to_safely_is_refused_and_not_repeated(issuer):
    with pytest.raises(InvalidInput) as told:
        checked_provider(issuer, *GOOD[1:])
    assert "login" not in str(told.value)


@pytest.mark.parametrize("part", ["", "with space", "ü", "x" * 301, "line\n"])
def test_client_and_secret_are_as_a_provider_gives_them(part):
    for given in ((GOOD[0], part, "secret"), (GOOD[0], "earmark", part)):
        with pytest.raises(InvalidInput):
            checked_provider(*given)


def test_the_secret_is_shown_by_no_repr():
    assert "canary" not in repr(checked_provider(GOOD[0], "earmark", "canary"))


def test_only_a_provider_of_this_machine_leads_to_this_machine():
    for url in ("http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9", "https://localhost/x"):
        assert is_safe_address(url, is_here=True)
        assert not is_safe_address(url, is_here=False)
    for is_here in (True, False):
        assert is_safe_address("https://login.example.com/token", is_here=is_here)
        assert not is_safe_address("http://login.example.com/token", is_here=is_here)
        assert not is_safe_address("javascript:alert(1)", is_here=is_here)
    assert [is_issuer_here(url) for url in ("http://127.0.0.1:9", GOOD[0], "https://[x")] == [True, False, False]


def test_a_subject_is_up_to_255_ascii_characters():
    assert checked_subject("248289761001|x") == "248289761001|x"
    for text in ("", "x" * 256, "ü", "a\nb"):
        with pytest.raises(InvalidInput):
            checked_subject(text)
