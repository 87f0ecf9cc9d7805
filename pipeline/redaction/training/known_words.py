"""The lists of `lexicon/known_*.txt`: the words to train on, as the tagger and full names are told of them.

    python -m pipeline.redaction.training.known_words

writes them anew after a word list changed. Words kept for testing are not among them: a tagger that was told of every
name it is scored on would look better than it is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pipeline.redaction.training.exchanges import load_material

LEXICON: Final = Path(__file__).parents[1] / "lexicon"
_WIDTH: Final = 118
_OF: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "known_given": ("Words of given names", ("given_names",)),
    "known_surnames": ("Words of family names", ("surnames",)),
    "known_places": ("Words of towns and regions", ("towns", "regions")),
    "known_things": (
        "Words of companies, products, medicines and illnesses",
        ("companies", "products", "medicines", "conditions"),
    ),
}
"""What each list holds, and the word lists it is made of."""


def known_lists(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give the text of each list by its name: every word of more than a letter, once, in order.

    Args:
        words: the word lists to train on, by name, as `load_material(held=False)` reads them.
    """
    return {
        name: _text(what, {word for source in sources for entry in words[source] for word in entry.split()})
        for name, (what, sources) in _OF.items()
    }


def write_known_lists(folder: Path) -> None:
    """Write the lists into a folder, over those that are there."""
    for name, text in known_lists(load_material(held=False).words).items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def _text(what: str, words: set[str]) -> str:
    told = " ".join(sorted(word for word in words if len(word) > 1))
    lines = textwrap.wrap(told, _WIDTH, break_long_words=False, break_on_hyphens=False)
    remark = f"# {what} that may be trained on, without those kept for testing. Made by training/known_words.py."
    return "\n".join([remark, *lines, ""])


if __name__ == "__main__":
    write_known_lists(LEXICON)
