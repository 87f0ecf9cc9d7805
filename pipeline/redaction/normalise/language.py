"""What a language's speakers say for digits, letters, ordinals, months and signs. A language is one `Tables` value.

Words are lower case, and without accents where the language folds them. No rule lives here, and no word of any
language: they are data in `languages/`, read by `tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Phrase = tuple[str, ...]
"""Words as the tokeniser cuts them: ("at", "sign"), ("x", "-", "ray")."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Tables:
    """Spoken words of one language and what each writes."""

    language: str
    fold: Mapping[str, str]
    """Letters that are looked up as other letters."""
    clitics: frozenset[str]
    """Endings that are tokens of their own."""

    units: Mapping[str, int]
    bound_units: Mapping[str, int]
    """Words that are a digit only after tens or before a thousand."""
    teens: Mapping[str, int]
    """Words for 10 to 29 to which nothing is added."""
    tens: Mapping[str, int]
    tens_links: frozenset[str]
    """What stands between tens and their unit."""
    bare_units_follow_tens: bool
    """Whether a unit may follow tens without a link."""
    hundred: frozenset[str]
    """Words that multiply what stands before them by 100."""
    hundreds: Mapping[str, int]
    """Words that are hundreds themselves."""
    thousand: frozenset[str]
    thousand_alone: bool
    """Whether a thousand needs no number before it."""
    joiners: frozenset[str]
    """What may stand after a hundred or thousand before the rest."""
    articles: frozenset[str]
    """Words that are one before a hundred or thousand."""
    digits_may_follow_hundreds: bool
    plurals: Mapping[str, int]
    repeats: Mapping[str, int]
    zero_or_letter: Mapping[str, str]
    zero_never_before: frozenset[str]
    digit_homophones: Mapping[str, str]
    """Ordinary words that are a digit only between sure digits."""
    connecting_homophones: frozenset[str]
    """Of those, the ones that also stand between two numbers."""

    ordinals: Mapping[str, int]
    ordinal_suffixes: frozenset[str]
    """Endings that make a number an ordinal, said or written apart from it."""
    glued_suffixes: frozenset[str]
    """Endings that do so only when written at once with its digits."""
    suffixes_before_months: frozenset[str]
    """Of the endings, those that need a month or "of" after them."""
    ambiguous_ordinals: frozenset[str]
    of_words: frozenset[str]
    months: Mapping[str, int]

    ambiguous_letters: frozenset[str]
    """Single letters that are words."""
    letter_names: Mapping[Phrase, str]
    """Names of letters that mean nothing else."""
    letter_sounds: frozenset[str]
    """Of the homophones, those that are seldom anything else: a letter beside any code."""
    letter_homophones: Mapping[str, str]
    """Words that sound like a letter's name: ordinary ones are a letter only among sure letters."""
    homophones_only_inside: frozenset[str]
    cut_off: Mapping[str, frozenset[str]]
    """Single letters that are the cut-off end of the words given."""
    spelling_words: Mapping[str, str]
    spelling_phrases: Mapping[Phrase, str]
    examples: frozenset[str]
    """Words that explain the letter they follow."""
    as_in: tuple[Phrase, ...]
    weak_as_in: tuple[Phrase, ...]
    """Ways to explain a letter that are also ordinary talk."""
    case_words: Mapping[Phrase, bool]
    """Ways to say that the next letter is a capital (true) or not (false)."""
    letter_cues: frozenset[str]

    fillers: frozenset[str]
    notes: tuple[Phrase, ...]
    """Remarks on how something is written, which are no part of it."""
    spaces: frozenset[str]
    unit_suffixes: frozenset[str]
    pronoun_ones: frozenset[str]
    """Words after which "one" counts nothing."""

    symbols: Mapping[Phrase, str]
    sure_symbols: frozenset[Phrase]
    domain_words: Mapping[str, str]
    mail_hosts: frozenset[str]
    mail_hosts_with_dot: frozenset[str]
    domain_ends: frozenset[str]
    domain_ends_with_dot: frozenset[str]
    """Ends that are ordinary words."""
    weak_dots: frozenset[str]
    """Words for a dot that are mostly none; they and such an end make no address."""
    lead_ins: frozenset[str]
    """Words that stand before an address and are no part of it."""

    def __repr__(self) -> str:
        return f"Tables({self.language!r})"
