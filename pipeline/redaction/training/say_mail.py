"""How people say addresses of mail, user names, passwords and sites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from pipeline.redaction.training.say_letters import spelling
from pipeline.redaction.training.say_numbers import digits

_PART: Final = re.compile(r"[A-Za-z]+|[0-9]+|.")
_SIGNS: Final = {
    ".": ("dot",), "_": ("underscore",), "-": ("dash", "hyphen"), "!": ("exclamation mark", "exclamation point"),
    "#": ("hash", "hashtag", "pound sign"), "$": ("dollar sign",), "?": ("question mark",), "*": ("star", "asterisk"),
    "&": ("ampersand", "and sign"), "@": ("at", "at sign"),
}  # fmt: skip
_NUMBERS: Final = ("single", "single", "single", "doubles", "pairs", "pairs", "figures")
_SHORTEST_NAME: Final = 3


def mail(rng: Random, local: str, host: str, *, names: Sequence[str] = ()) -> list[str]:
    """Say an address of mail; `names` are those of its owner, which may be said as words of their own."""
    if rng.random() < 0.07:
        return [f"{local}@{host}"]
    at = rng.choice(("at", "at", "at", "at", "at", "at", "at the rate", "@"))
    return [*signs(rng, local, names=names), *at.split(), *mail_host(rng, host)]


def signs(rng: Random, text: str, *, names: Sequence[str] = ()) -> list[str]:
    """Say what stands before the "@", or a password: words whole or spelled, digits as digits, signs by name."""
    said: list[str] = []
    is_spelled, is_parted = rng.random() < 0.25, rng.random() < 0.6
    for part in _PART.findall(text):
        if part.isdecimal():
            said += digits(rng, part, rng.choice(_NUMBERS))
        elif part.isalpha():
            for word in _words_in(part, names) if is_parted else [part]:
                said += _word(rng, word, is_spelled=is_spelled or len(word) < _SHORTEST_NAME)
        else:
            said += rng.choice(_SIGNS[part]).split()
    return said


def mail_host(rng: Random, host: str) -> list[str]:
    """Say a host: "gmail dot com"."""
    if rng.random() < 0.08:
        return [host]
    return host.replace(".", " dot ").replace("-", " dash ").split()


def site(rng: Random, name: str) -> str:
    """Say the address of a site."""
    front = rng.choice(("www dot ", "", "w w w dot "))
    return f"{front}{name} dot {rng.choice(('com', 'co dot uk', 'net', 'org', 'com dot au', 'co dot nz'))}"


def _word(rng: Random, word: str, *, is_spelled: bool) -> list[str]:
    first = word[0].lower()
    small = word.lower()
    said = spelling(rng, small, explained=0.08) if is_spelled else [small]
    if word[0].isupper() and rng.random() < 0.7:
        return ["capital", *said] if rng.random() < 0.5 else [*said, "with", "a", "capital", first]
    return said


def _words_in(part: str, names: Sequence[str]) -> list[str]:
    """Part "johnsmith" into the names that it is made of."""
    for name in names:
        before, found, after = part.partition(name)
        if found and len(name) >= _SHORTEST_NAME:
            return [w for w in (before, found, after) if w]
    return [part]
