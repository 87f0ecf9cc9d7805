"""The word lists: what may be a name, what is a place, what is ordinary talk, what is a company or a medicine.

Lists are data in `lexicon/`, one word after another, `_` for a space, `#` for a remark. They weigh evidence; no list
alone makes something personal or clears it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from pipeline.redaction.normalise.tables import ENGLISH


def word_set(text: str) -> frozenset[str]:
    """Give the words of a text as a set."""
    return frozenset(text.split())


TITLES: Final = word_set(
    "mr mrs ms miss mister missus missis dr doctor prof professor sir madam ma'am reverend rev father sister "
    "nurse officer captain judge senator president princess prince king queen"
)
STREET_WORDS: Final = word_set(
    "street st road rd avenue ave av lane ln drive dr boulevard blvd court ct place pl crescent cres close terrace tce "
    "ridge heights view glen meadow meadows crossing landing point "
    "way highway hwy parkway pkwy circle cir square sq grove row mews hill parade trail alley plaza loop walk gardens "
    "quay wharf esplanade nagar colony marg salai pike turnpike"
)
UNIT_WORDS: Final = word_set(
    "apartment apt flat unit suite ste floor level building bldg block house po box lot room number no"
)
COMPASS: Final = word_set("north south east west northeast northwest southeast southwest n s e w ne nw se sw")
STATE_CODES: Final = word_set(
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa "
    "ri sc sd tn tx ut vt va wa wv wi wy dc nsw vic qld tas act nt uk us usa nz"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The lists, loaded once."""

    given_names: frozenset[str] = field(repr=False)
    surnames: frozenset[str] = field(repr=False)
    ordinary: frozenset[str] = field(repr=False)
    places: frozenset[str] = field(repr=False)
    place_starts: frozenset[str] = field(repr=False)
    not_personal: frozenset[str] = field(repr=False)
    known_given: frozenset[str] = field(repr=False, default=frozenset())
    known_surnames: frozenset[str] = field(repr=False, default=frozenset())
    known_places: frozenset[str] = field(repr=False, default=frozenset())
    known_things: frozenset[str] = field(repr=False, default=frozenset())
    dictionary: frozenset[str] = field(repr=False, default=frozenset())

    def is_name(self, key: str) -> bool:
        """Say whether a word is on a list of names."""
        bare = bare_word(key)
        return bare in self.given_names or bare in self.surnames

    def is_talk(self, key: str) -> bool:
        """Say whether a word belongs to ordinary talk, whatever else it may be."""
        known = key in self.ordinary or bare_word(key) in self.ordinary or key in _NUMBERS
        return known or is_interjection(key)

    def is_dictionary_word(self, key: str) -> bool:
        """Say whether a dictionary knows the word, also inflected."""
        bare = bare_word(key)
        return self.is_talk(bare) or any(form in self.dictionary for form in _uninflected(bare))

    def is_stranger(self, key: str) -> bool:
        """Say whether no list of ordinary things knows the word: it may well be a name."""
        bare = bare_word(key)
        if not bare.isalpha() or bare in self.not_personal or _MEDICAL.search(bare):
            return False
        return not self.is_dictionary_word(bare)


def load_vocabulary(dictionary: frozenset[str] = frozenset()) -> Vocabulary:
    """Read the lists that are shipped with the package."""
    places = _read("places")
    return Vocabulary(
        given_names=_read("given_names"),
        surnames=_read("surnames"),
        ordinary=_read("ordinary"),
        places=places,
        place_starts=frozenset(p.split()[0] for p in places),
        not_personal=_read("not_personal"),
        known_given=_read("known_given"),
        known_surnames=_read("known_surnames"),
        known_places=_read("known_places"),
        known_things=_read("known_things"),
        dictionary=dictionary,
    )


def is_interjection(key: str) -> bool:
    """Say whether a word is only a sound or a greeting, however drawn out."""
    return bool(_INTERJECTION.fullmatch(key))


def bare_word(key: str) -> str:
    """Drop a possessive ending."""
    return key[:-2] if key.endswith(("'s", "s'")) and len(key) > 3 else key


_INTERJECTION: Final = re.compile(
    r"h+m+|m+h*m+|a+h+|o+h+|u+h+(?:u+h+)?|e+r*m+|a+w+|y+a+y*|h+i+|b+y+e+|o+k+a*y*|y+e+a*h+|s+o+|n+o+|wo+w+|alrighty+"
)
_MEDICAL: Final = re.compile(
    r"(?:mab|pril|sartan|statins?|olol|azole|cillin|mycin|cycline|oxacin|dipine|zepam|triptan|gliptin|glutide|formin"
    r"|parin|xaban|caine|thiazide|profen|itis|emia|aemia|osis|ectomy|otomy|ostomy|oscopy|ography|opathy|megaly|plasty"
    r"|algia|uria|rrhea|edema|ema|oma|itic|otic|amine|oxyl|idone|asone|olone|terol|lukast|phylline)$"
)
"""Endings of medicines and illnesses, which name finders take for family names."""
_NUMBERS: Final = frozenset(ENGLISH.units) | frozenset(ENGLISH.teens) | frozenset(ENGLISH.tens) | ENGLISH.fillers


def _uninflected(key: str) -> tuple[str, ...]:
    forms = [key]
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
                            ("er", ""), ("er", "e"), ("est", ""), ("ly", ""), ("d", "")):  # fmt: skip
        if key.endswith(ending) and len(key) > len(ending) + 2:
            forms.append(key[: -len(ending)] + instead)
    if key.endswith(("ing", "ed")):
        stem = key[: -3 if key.endswith("ing") else -2]
        if len(stem) > 3 and stem[-1] == stem[-2]:
            forms.append(stem[:-1])
    return tuple(forms)


def read_sections(name: str) -> dict[str, tuple[str, ...]]:
    """Read a list with `[sections]`, an entry a line, in the order of the file."""
    sections: dict[str, list[str]] = {}
    for line in _lines(name):
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
        elif line:
            current.append(line)
    return {title: tuple(entries) for title, entries in sections.items()}


def _read(name: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for line in _lines(name) for word in line.split())


def _lines(name: str) -> list[str]:
    text = (files("pipeline.redaction") / "lexicon" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
