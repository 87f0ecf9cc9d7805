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
        ("anna at g m a i l dot c o m", "anna@gmail.com"),
        ("a b four at gmail dot com", "ab4@gmail.com"),
        ("it is 84 at gmail dot com", "it is 84@gmail.com"),
        ("what is an at symbol", "what is an @"),
        ("bob at gmail dotcom", "bob@gmail.com"),
        ("gmail dotcom", "gmail.com"),
        ("anna @ gmail . com", "anna@gmail.com"),
        ("at this point in time", "at this point in time"),
        ("um at this point in time", "at this point in time"),
        ("meet at the far end of our little shop dot com", "meet at the far end of our little shop.com"),
        ("connect the dot", "connect the dot"),
        ("connect the dot in the middle", "connect the dot in the middle"),
        ("www dot example dot com", "www.example.com"),
        ("w w w dot best dash site dot com slash help", "www.best-site.com/help"),
        ("four point five", "4.5"),
        ("point taken", "point taken"),
        ("one slash two dash three", "1/2-3"),
        ("slash and burn", "slash and burn"),
        ("five pound", "5 pound"),
        ("four pound five", "4#5"),
        ("plus four", "plus 4"),
        ("two plus two", "2 plus 2"),
        ("call plus one two one two five five five oh one two three", "call +12125550123"),
        ("s e c r e t exclamation mark", "secret!"),
        ("jo underscore lee", "jo_lee"),
    ],
)
def test_a_said_sign_is_a_sign_only_where_one_is_meant(said: str, written: str) -> None:
    assert write(said).text == written


def test_signs_that_are_not_meant_are_the_single_words_that_were_said() -> None:
    pieces = write("it came to a full stop there").pieces
    assert [piece.text for piece in pieces] == ["it", "came", "to", "a", "full", "stop", "there"]
    assert all(piece.last == piece.first + 1 for piece in pieces)
