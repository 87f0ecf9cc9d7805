"""Words of a redacted transcript as keyed digests, so that calls are found by what is said and nothing is readable.

The same word has another digest for each tenant. What stands for something hidden is no word.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.model.errors import InvalidInput

LONGEST: Final = 200
_MOST_WORDS: Final = 12
_HIDDEN: Final = re.compile(r"\[[^\]]*\]|\*+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def transcript_terms(document: Mapping[str, Any], *, key: bytes) -> tuple[int, ...]:
    """Give the digests of every word of a redacted transcript, each once."""
    return tuple(sorted({word_term(word, key=key) for turn in document["turns"] for word in words_of(turn["text"])}))


def query_terms(query: str, *, key: bytes) -> tuple[int, ...]:
    """Give the digests of what is looked for.

    Raises:
        InvalidInput: no word, or too many.
    """
    found = dict.fromkeys(words_of(query))
    if not found or len(found) > _MOST_WORDS or len(query) > LONGEST:
        raise InvalidInput(f"write 1 to {_MOST_WORDS} words to look for")
    return tuple(sorted(word_term(word, key=key) for word in found))


def is_phrase(query: str) -> bool:
    """Say whether the words must follow each other: they stand in quotation marks."""
    return len(query.strip()) > 2 and query.strip()[0] in '"“„' and query.strip()[-1] in '"”“'


def says(document: Mapping[str, Any], phrase: str) -> bool:
    """Say whether the words of a phrase follow each other somewhere in one turn of a redacted transcript."""
    wanted = words_of(phrase)
    return any(_follow(words_of(turn["text"], parted=True), wanted) for turn in document["turns"])


def words_of(text: str, *, parted: bool = False) -> list[str]:
    """Give the words of a text as they are compared; with `parted`, an empty one for whatever is hidden between."""
    shown = _HIDDEN.sub(" \x00 " if parted else " ", unicodedata.normalize("NFKC", text))
    if not parted:
        return [word.replace("’", "'").casefold() for word in _WORD.findall(shown)]
    pieces: list[str] = []
    for number, piece in enumerate(shown.split("\x00")):
        pieces += ([""] if number else []) + words_of(piece)
    return pieces


def word_term(word: str, *, key: bytes) -> int:
    """Give one word's digest: 64 bits, as the database's whole numbers are."""
    return int.from_bytes(hmac.digest(key, word.encode(), "sha256")[:8], signed=True)


def words_key(digest_key: bytes) -> bytes:
    """Derive the key of the index from the tenant's key for digests: it goes when that key is destroyed."""
    return hmac.digest(digest_key, b"word-index/1", "sha256")


def _follow(words: Iterable[str], wanted: list[str]) -> bool:
    said = list(words)
    return any(said[at : at + len(wanted)] == wanted for at in range(len(said) - len(wanted) + 1))
