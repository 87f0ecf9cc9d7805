"""What must not be readable, in every form in which it could still be read, and where it was found."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {
    word: str(value)
    for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
}  # fmt: skip
_SHORTEST: Final = 6
"""A shorter text is found by chance in sealed bytes, digests and ids: it is looked for as a word of its own."""
_NOTHING: Final = re.compile(rb"\0{16,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Something said, and how it may be written."""

    name: str
    texts: frozenset[str]


def canary(said: str) -> Canary:
    """Fold what was said into the ways it may be written: as said, without signs, with its numbers in digits."""
    plain = " ".join(re.findall(r"[a-z0-9]+", said.lower()))
    digits = " ".join(_DIGITS.get(word, word) for word in plain.split())
    mail = plain.replace(" dot ", ".").replace(" at ", "@")
    spelled = re.sub(r"\b(\w) (?=\w\b)", r"\1", digits)
    forms = {said.lower(), plain, digits, mail, spelled, plain.replace(" ", ""), digits.replace(" ", "")}
    return Canary(name=said, texts=frozenset(form for form in forms if len(form) >= 3))


def number_canary(number: str) -> Canary:
    """Fold a telephone number into the ways it may be written, with and without its country."""
    digits = re.sub(r"\D", "", number)
    local = digits[1:] if digits.startswith("1") else digits[2:]
    return Canary(name=number, texts=frozenset({digits, local, f"{local[:3]} {local[3:6]} {local[6:]}", f"0{local}"}))


def find(canaries: Iterable[Canary], places: Mapping[str, bytes]) -> list[str]:
    """Name each canary that can be read somewhere, and where: `place: canary`."""
    needles = [(canary.name, _long(text), _short(text)) for canary in canaries for text in canary.texts]
    found = set()
    bodies = {_NOTHING.sub(b"\0", body): place for place, body in places.items()}
    for body, place in bodies.items():
        lowered = body.lower()
        for name, long, short in needles:
            if any(form in body or form in lowered for form in long) or (short and short.search(lowered)):
                found.add(f"{place}: {name}")
    return sorted(found)


def written_forms(known: Canary) -> frozenset[bytes]:
    """Give every form of a canary that no chance makes."""
    return frozenset(form for text in known.texts for form in _long(text))


def _long(text: str) -> frozenset[bytes]:
    """Give the forms that no chance makes: encoded ones of any text, and plain ones of a long one."""
    forms = set()
    for cased in (text, text.upper(), text.title()):
        for plain in (cased.encode(), cased.encode("utf-16-le")):
            forms |= {_base64(plain, shift) for shift in range(3)}
            forms |= {plain.hex().encode(), plain.hex().upper().encode()}
        forms.add(cased.encode("utf-16-le"))
        forms.add(cased.encode("utf-16-be"))
    if len(text) >= _SHORTEST:
        forms.add(text.encode())
    return frozenset(form for form in forms if len(form) >= _SHORTEST)


def _base64(plain: bytes, shift: int) -> bytes:
    """Give the letters of base64 that do not depend on what stands before and after."""
    encoded = base64.b64encode(b"\0" * shift + plain)
    return encoded[-(-8 * shift // 6) : (8 * (shift + len(plain))) // 6]


def _short(text: str) -> re.Pattern[bytes] | None:
    if len(text) >= _SHORTEST:
        return None
    # Digits after a full stop are the milliseconds of some log, by chance any.
    return re.compile(rb"(?<![0-9a-z.])" + re.escape(text.encode()) + rb"(?![0-9a-z])")
