"""What a language's speakers say for digits, letters, ordinals, months and signs. A language is one `Tables` value.

Words are lower case. No rule lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Spoken words of one language and what each writes."""

    units: Mapping[str, int]
    teens: Mapping[str, int]
    tens: Mapping[str, int]
    hundred: frozenset[str]
    thousand: frozenset[str]
    joiners: frozenset[str]
    of_words: frozenset[str]
    zero_or_letter: Mapping[str, str]
    repeats: Mapping[str, int]
    ordinals: Mapping[str, int]
    ordinal_suffixes: frozenset[str]
    months: Mapping[str, int]
    ambiguous_months: frozenset[str]
    ambiguous_letters: frozenset[str]
    letter_names: Mapping[str, str]
    letter_homophones: Mapping[str, str]
    spelling_words: Mapping[str, str]
    as_in: tuple[tuple[str, ...], ...]
    case_words: frozenset[str]
    fillers: frozenset[str]
    symbols: Mapping[tuple[str, ...], str]
    mail_hosts: frozenset[str]
    domain_ends: frozenset[str]
    digit_homophones: Mapping[str, str] = field(default_factory=dict)


_NATO = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "fox": "f",
    "golf": "g", "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m",
    "november": "n", "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t",
    "uniform": "u", "victor": "v", "whiskey": "w", "whisky": "w", "xray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip

ENGLISH = Tables(
    units={
        "zero": 0, "nought": 0, "naught": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
        "seven": 7, "eight": 8, "nine": 9, "niner": 9,
    },
    teens={
        "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
        "seventeen": 17, "eighteen": 18, "nineteen": 19,
    },
    tens={
        "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
        "ninety": 90,
    },
    hundred=frozenset({"hundred"}),
    thousand=frozenset({"thousand"}),
    joiners=frozenset({"and"}),
    of_words=frozenset({"of"}),
    zero_or_letter={"o": "o", "oh": "o", "ow": "o"},
    repeats={"double": 2, "triple": 3, "treble": 3, "quadruple": 4},
    ordinals={
        "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
        "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
        "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
    },
    ordinal_suffixes=frozenset({"st", "nd", "rd", "th"}),
    months={
        "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
        "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4,
        "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
    },
    ambiguous_months=frozenset({"march", "may", "mar", "jan", "sep", "dec", "april", "june", "august"}),
    ambiguous_letters=frozenset({"a", "i"}),
    letter_names={"zed": "z", "zee": "z", "aitch": "h", "haitch": "h", "dubya": "w"},
    letter_homophones={
        "bee": "b", "be": "b", "see": "c", "sea": "c", "cee": "c", "dee": "d", "ef": "f", "eff": "f", "gee": "g",
        "jay": "j", "kay": "k", "okay": "k", "ell": "l", "el": "l", "em": "m", "en": "n", "pee": "p", "cue": "q",
        "queue": "q", "are": "r", "ar": "r", "ess": "s", "tea": "t", "tee": "t", "you": "u", "vee": "v", "ex": "x",
        "why": "y", "wye": "y", "eye": "i", "ay": "a",
    },
    spelling_words=_NATO,
    as_in=(("as", "in"), ("like", "in"), ("is", "in"), ("for",), ("like",), ("as",)),
    case_words=frozenset({"capital", "uppercase", "lowercase", "cap"}),
    fillers=frozenset({"um", "uh", "uhm", "er", "erm", "ah", "mm", "hmm", "mhm", "ehm"}),
    symbols={
        ("at", "sign"): "@", ("at",): "@", ("dot",): ".", ("period",): ".", ("point",): ".", ("full", "stop"): ".",
        ("dash",): "-", ("hyphen",): "-", ("minus",): "-", ("underscore",): "_", ("under", "score"): "_",
        ("forward", "slash"): "/", ("slash",): "/", ("stroke",): "/", ("plus",): "+", ("hash",): "#",
        ("colon",): ":",
    },
    mail_hosts=frozenset({
        "gmail", "googlemail", "yahoo", "hotmail", "outlook", "icloud", "aol", "protonmail", "proton", "msn", "ymail",
        "live", "comcast", "verizon", "btinternet", "xtra", "bigpond", "optusnet", "rediffmail", "mail", "email",
        "zoho", "fastmail", "gmx", "mac", "me", "sky", "virginmedia", "talktalk",
    }),
    domain_ends=frozenset({
        "com", "org", "net", "edu", "gov", "co", "uk", "us", "ca", "au", "nz", "ie", "in", "io", "ai", "de", "fr", "es",
        "eu", "info", "biz", "me", "tv", "mil", "dev", "app", "ac", "govt", "school", "tech", "online", "store", "con",
    }),
    digit_homophones={"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8", "tree": "3"},
)  # fmt: skip
