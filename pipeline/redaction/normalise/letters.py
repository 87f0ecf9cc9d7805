"""Letters that are said to be letters: named, given a case, or explained ("m as in mike", "s for sugar")."""

from __future__ import annotations

from pipeline.redaction.normalise.grammar import Grammar
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece


def letter_of(key: str, grammar: Grammar) -> str:
    """Give the letter that a word is where a letter is expected; nothing for ordinary words such as "you"."""
    if len(key) == 1:
        return key if key.isalpha() else ""
    tables = grammar.tables
    if key in tables.letter_sounds:
        return tables.letter_homophones[key]
    return tables.letter_names.get((key,)) or tables.spelling_words.get(key, "")


def explaining_words(grammar: Grammar) -> frozenset[str]:
    """Give the words that may follow a letter which is explained."""
    return grammar.as_in.first_words | grammar.tables.spelling_words.keys() | grammar.tables.examples


def read_letter(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read a single letter, unless it is the cut-off end of the word before it ("it s", "don t")."""
    if _is_cut_off(said, at, grammar):
        return None
    return Piece(said.words[at], Kind.LETTER, at, at + 1, said.is_joined(at))


def read_letter_name(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "zed", "double u", also explained: "zed as in zebra"."""
    found = grammar.letter_names.find(said.keys, at)
    if found is None:
        return None
    letter, after = found
    return Piece(letter, Kind.LETTER, at, explained_end(said, after - 1, letter, grammar), said.is_joined(at))


def read_spelling_phrase(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "x ray": a letter where something spelled stands beside it, elsewhere one word."""
    found = grammar.spelling_phrases.find(said.keys, at)
    if found is None:
        return None
    letter, after = found
    sides = (said.keys[at - 1] if at else "", said.keys[after] if after < len(said.keys) else "")
    if any(side.isdecimal() or (side and letter_of(side, grammar)) for side in sides):
        return Piece(letter, Kind.LETTER, at, after, said.is_joined(at))
    return Piece(said.between(at, after), Kind.WORD, at, after, said.is_joined(at))


def read_cased(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "capital m", also explained: "capital m as in mike"."""
    found = grammar.case_words.find(said.keys, at)
    if found is None or found[1] >= len(said.keys):
        return None
    is_capital, after = found
    letter = letter_of(said.keys[after], grammar)
    if not letter:
        return None
    last = _explained_to(said, after, letter, grammar) or after + 1
    return Piece(letter.upper() if is_capital else letter, Kind.LETTER, at, last, said.is_joined(at))


def read_explained(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read a letter with the word that makes it plain."""
    key, tables = said.keys[at], grammar.tables
    letter = letter_of(key, grammar) or tables.letter_homophones.get(key) or tables.zero_or_letter.get(key, "")
    if not letter or _is_cut_off(said, at, grammar):
        return None
    last = _explained_to(said, at, letter, grammar)
    return Piece(letter, Kind.LETTER, at, last, said.is_joined(at)) if last else None


def explained_end(said: Said, at: int, letter: str, grammar: Grammar) -> int:
    """Give the end of a letter at `at`, with its explanation if it has one."""
    return _explained_to(said, at, letter, grammar) or at + 1


def _explained_to(said: Said, at: int, letter: str, grammar: Grammar) -> int | None:
    """Find the end of an explanation of the letter at `at`; None when it has none."""
    keys, tables = said.keys, grammar.tables
    after = at + 1
    if after >= len(keys):
        return None
    if tables.spelling_words.get(keys[after]) == letter and letter_of(keys[at], grammar):
        return after + 1
    found = grammar.as_in.find(keys, after)
    if found is not None and found[1] < len(keys):
        is_sure, word = found
        if _explains(keys[word], letter, grammar) and (is_sure or _is_plain_letter(said, at, word + 1, grammar)):
            return word + 1
    named = keys[after] in tables.examples and keys[after][0] == letter and letter_of(keys[at], grammar)
    return after + 1 if named and _is_spelled_on(said, at, after + 1, grammar) else None


def _explains(word: str, letter: str, grammar: Grammar) -> bool:
    """Say whether a word can make a letter plain: it begins with it, or is its name ("the letter bee")."""
    if len(word) > 1 and word[0] == letter:
        return True
    return grammar.tables.letter_homophones.get(word) == letter or word == letter


def _is_plain_letter(said: Said, first: int, last: int, grammar: Grammar) -> bool:
    """Say whether a letter needs no sure explanation: it is no word itself, or is said next to further letters."""
    key, tables = said.keys[first], grammar.tables
    if not letter_of(key, grammar):
        return False
    is_word = key in tables.ambiguous_letters or key in tables.zero_or_letter
    may_be_cut_off = key in tables.cut_off and first > 0 and len(said.keys[first - 1]) > 1
    return not (is_word or may_be_cut_off) or _is_spelled_on(said, first, last, grammar)


def _is_spelled_on(said: Said, first: int, last: int, grammar: Grammar) -> bool:
    """Say whether letters are spelled before `first` or from `last` on."""
    return _is_sure_letter(said, last, grammar) or _ends_letter(said, first, grammar)


def _is_sure_letter(said: Said, at: int, grammar: Grammar) -> bool:
    if not 0 <= at < len(said.keys):
        return False
    key = said.keys[at]
    return len(key) == 1 and key.isalpha() and key not in grammar.tables.ambiguous_letters


def _ends_letter(said: Said, at: int, grammar: Grammar) -> bool:
    """Say whether a letter, or a letter and its explanation, ends before `at`."""
    if _is_sure_letter(said, at - 1, grammar):
        return not _is_cut_off(said, at - 1, grammar)
    if at < 2:
        return False
    word, tables = said.keys[at - 1], grammar.tables
    phrases = (*tables.as_in, *tables.weak_as_in, ())
    for phrase in phrases:
        letter = at - 2 - len(phrase)
        if letter >= 0 and tuple(said.keys[letter + 1 : at - 1]) == phrase:
            found = letter_of(said.keys[letter], grammar)
            if found and word[0] == found and len(word) > 1 and (phrase or word in tables.examples):
                return True
    return False


def _is_cut_off(said: Said, at: int, grammar: Grammar) -> bool:
    """Say whether a letter is what a recogniser cut off the word before it; among spelled letters it is none."""
    words = grammar.tables.cut_off.get(said.keys[at])
    if not words or not at or said.keys[at - 1] not in words:
        return False
    if len(said.keys[at - 1]) > 1:
        return True
    before = said.keys[at - 2] if at > 1 else ""
    is_spelled = len(before) == 1 and before.isalpha() and before != said.keys[at - 1]
    return not (is_spelled or _is_sure_letter(said, at + 1, grammar))
