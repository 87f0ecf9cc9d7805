"""Numbers, postcodes, dates and addresses said in the many ways people say them, from the digits they mean."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.redaction.normalise import Tables, load_tables

ENGLISH, SPANISH = load_tables("en"), load_tables("es")
NATO = {
    letter: word
    for word, letter in ENGLISH.spelling_words.items()
    if word not in ("fox", "alfa", "juliett", "juliette", "whisky")
}
EXAMPLES = {word[0]: word for word in ("apple", "bob", "cat", "dog", "egg", "fred", "george", "henry", "ice", "john",
                                       "king", "london", "mother", "nut", "orange", "peter", "queen", "robert", "sugar",
                                       "tommy", "umbrella", "violin", "water", "yellow", "zebra")}  # fmt: skip
_WORDS = {str(value): word for word, value in reversed(ENGLISH.units.items())}
_SMALL = {value: word for words in (ENGLISH.tens, ENGLISH.teens) for word, value in words.items() if word != "fourty"}
_CIFRAS = {str(value): word for word, value in SPANISH.units.items() if word not in ("sero", "sinco", "nuebe")}
_PEQUEÑOS = {value: word for words in (SPANISH.tens, SPANISH.teens) for word, value in words.items()}
_CIENTOS = {value: word for word, value in SPANISH.hundreds.items() if not word.endswith("as") and word != "cien"}


def words_of(tables: Tables) -> list[str]:
    """Every word and phrase of a language's tables, and some that are in none."""
    phrases = (*tables.symbols, *tables.letter_names, *tables.notes, *tables.case_words, *tables.as_in,
               *tables.weak_as_in, *tables.spelling_phrases)  # fmt: skip
    words = (tables.units, tables.bound_units, tables.teens, tables.tens, tables.tens_links, tables.hundred,
             tables.hundreds, tables.thousand, tables.joiners, tables.articles, tables.plurals, tables.repeats,
             tables.zero_or_letter, tables.zero_never_before, tables.digit_homophones, tables.ordinals,
             tables.ordinal_suffixes, tables.of_words, tables.months, tables.letter_homophones, tables.spelling_words,
             tables.examples, tables.letter_cues, tables.cut_off, *tables.cut_off.values(), tables.fillers,
             tables.spaces, tables.pronoun_ones, tables.domain_words, tables.mail_hosts, tables.domain_ends,
             tables.lead_ins, tables.unit_suffixes)  # fmt: skip
    strange = ["hello", "19", "64", "4M", "21st", "555-0123", "jo@x.com", "'s", "né", "SW1A", "1AA", "QQ", "12/04/1986",
               "4,111", "[PERSON_1]", ",", ".", "-", "?", "@", "_", "ñ", "Ⅷ", "٣", "l’été"]  # fmt: skip
    letters = [*"abcdefghijklmnopqrstuvwxyz", *"BIQ"]
    return sorted({" ".join(p) for p in phrases} | {w for group in words for w in group}) + strange + letters


def mixtures(tables: Tables, most: int = 14) -> st.SearchStrategy[str]:
    """Random words of a language's tables one after another."""
    return st.lists(st.sampled_from(words_of(tables)), max_size=most).map(" ".join)


def below_hundred(number: int) -> str:
    """Say 1 to 99 in English."""
    if number < 10:
        return _WORDS[str(number)]
    if number in _SMALL:
        return _SMALL[number]
    return f"{_SMALL[number // 10 * 10]} {_WORDS[str(number % 10)]}"


def in_full(number: int, joiner: str = " and ") -> str:
    """Say 1 to 99,999 in English: "four thousand one hundred and eleven"."""
    head, rest = divmod(number, 1000 if number >= 1000 else 100)
    if not head:
        return below_hundred(rest)
    scale = "thousand" if number >= 1000 else "hundred"
    said = f"{below_hundred(head)} {scale}"
    if not rest:
        return said
    return f"{said} {in_full(rest, joiner)}" if rest >= 100 else f"{said}{joiner}{below_hundred(rest)}"


def por_extenso(number: int) -> str:
    """Say 1 to 99,999 in Spanish."""
    if number >= 1000:
        head, rest = divmod(number, 1000)
        said = (
            "mil"
            if head == 1
            else f"{por_extenso(head).removesuffix('o') if head % 10 == 1 else por_extenso(head)} mil"
        )
        return f"{said} {por_extenso(rest)}" if rest else said
    if number == 100:
        return "cien"
    if number > 100:
        said = _CIENTOS[number // 100 * 100]
        return f"{said} {por_extenso(number % 100)}" if number % 100 else said
    if number < 10:
        return _CIFRAS[str(number)]
    if number in _PEQUEÑOS:
        return _PEQUEÑOS[number]
    return f"{_PEQUEÑOS[number // 10 * 10]} y {_CIFRAS[str(number % 10)]}"


@st.composite
def said_digits(draw: st.DrawFn, digits: str, *, pairs: bool = True) -> str:
    """Say digits one by one, doubled, in pairs, in hundreds and thousands, written, and with hesitations."""
    parts: list[str] = []
    at, after_round = 0, False
    while at < len(digits):
        said, length = draw(st.sampled_from(_ways(digits[at:], alone=after_round, pairs=pairs)))
        after_round = said.endswith(("ty", "hundred", "thousand"))
        parts.append(said)
        at += length
        if at < len(digits) and draw(st.integers(0, 9)) == 0:
            # "oh, one two" begins with a sigh as likely as with a zero.
            parts.append(draw(st.sampled_from(["um", "uh", "-", "uh" if said == "oh" else ","])))
    return " ".join(parts)


def _ways(digits: str, *, alone: bool, pairs: bool) -> list[tuple[str, int]]:
    """Give ways to say the beginning of some digits; `alone` after a round number, to which words would be added."""
    first = digits[0]
    same = len(digits) - len(digits.lstrip(first))
    ways = [(first, 1)]
    if same >= 2:
        ways += [(f"double {_WORDS[first]}", 2), (f"double {first}", 2)]
    if same >= 3:
        ways += [(f"triple {_WORDS[first]}", 3), (f"treble {_WORDS[first]}", 3)]
    if same >= 4:
        ways += [(f"quadruple {_WORDS[first]}", 4)]
    if len(digits) >= 3:
        ways += [(digits[:3], 3)]
    if alone:
        return ways
    ways += [(_WORDS[first], 1)] * 4
    if first == "0":
        return ways + ([("oh", 1), ("nought", 1)] if len(digits) > 2 else [])
    return ways + _numbers(digits) if pairs else ways


def _numbers(digits: str) -> list[tuple[str, int]]:
    """Give the numbers that some digits begin with, as far as no further word could be added to them."""
    numbers = [(below_hundred(int(digits[:2])), 2)] * 2 if len(digits) >= 2 else []
    if len(digits) >= 3 and digits[2] != "0":
        numbers += [(in_full(int(digits[:3])), 3)]
        numbers += [(in_full(int(digits[:3]), " "), 3)] if digits[1] != "0" else []
    if len(digits) >= 4 and digits[3] != "0":
        numbers += [(in_full(int(digits[:4])), 4)]
    return numbers


@st.composite
def dicho(draw: st.DrawFn, digits: str) -> str:
    """Say digits in Spanish: one by one, doubled, in pairs and in hundreds."""
    parts: list[str] = []
    at = 0
    while at < len(digits):
        first, rest = digits[at], len(digits) - at
        ways = [(_CIFRAS[first], 1), (first, 1)]
        if digits[at : at + 2] == first * 2:
            ways += [(f"doble {_CIFRAS[first]}", 2)]
        if digits[at : at + 3] == first * 3:
            ways += [(f"triple {_CIFRAS[first]}", 3)]
        if first != "0" and rest >= 2 and digits[at + 1] != "0":
            ways += [(por_extenso(int(digits[at : at + 2])), 2)] * 2
        if first != "0" and rest >= 3 and digits[at + 2] != "0":
            ways += [(por_extenso(int(digits[at : at + 3])), 3)]
        said, length = draw(st.sampled_from(ways))
        parts.append(said)
        at += length
    return " ".join(parts)


@st.composite
def spelled(draw: st.DrawFn, code: str) -> str:
    """Say a code of letters and digits one by one, letters also explained; "zero" where "oh" would be a letter."""
    parts: list[str] = []
    for char in code.lower():
        if char.isdecimal():
            parts.append(draw(st.sampled_from([char, _WORDS[char]])))
            continue
        ways = [f"{char} as in {NATO[char]}", f"{char} {NATO[char]}"]
        ways += [char, f"capital {char}"] if char not in "aio" else []
        ways += [f"{char} as in {EXAMPLES[char]}"] if char in EXAMPLES else []
        ways += [f"{char} for {EXAMPLES[char]}"] if char in EXAMPLES and char not in "aistmdo" else []
        ways += ["zed", "zee"] if char == "z" else ["double u"] if char == "w" else []
        parts.append(draw(st.sampled_from(ways)))
    return " ".join(parts)
