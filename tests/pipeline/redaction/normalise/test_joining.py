from __future__ import annotations

import pytest

from pipeline.redaction.normalise import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("me at home", "me at home"),
        ("anna at yahoo", "anna@yahoo"),
        ("mail me at anna at proton dot me", "mail me at anna@proton.me"),
        ("anna dash lee at example dot co dot uk", "anna-lee@example.co.uk"),
        ("connect the dot", "connect the dot"),
        ("www dot example dot com", "www.example.com"),
        ("four point five", "4.5"),
        ("point taken", "point taken"),
    ],
)
def test_a_said_sign_is_a_sign_only_where_one_is_meant(said: str, written: str) -> None:
    assert write(said).text == written
