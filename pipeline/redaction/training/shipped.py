"""The text files that this package ships: word lists, exchanges, calls written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def shipped_texts(folder: str) -> Iterator[tuple[str, str]]:
    """Give name and text of each file of a folder, in the order of their names; folders inside it are left alone."""
    root = files("pipeline.redaction.training").joinpath(*folder.split("/"))
    for entry in sorted(root.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".txt"):
            yield entry.name.removesuffix(".txt"), entry.read_text(encoding="utf-8")


def entries(text: str) -> tuple[str, ...]:
    """Give the lines of a word list, each once."""
    return tuple(line for line in dict.fromkeys(text.split("\n")) if line.strip())


@cache
def spelling_words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Give the words that letters are explained by, by list and by letter: they are the same in every call."""
    return {
        name: {sign: tuple(w for w in entries(text) if w[0] == sign) for sign in "abcdefghijklmnopqrstuvwxyz"}
        for name, text in shipped_texts("words/spelling")
    }
