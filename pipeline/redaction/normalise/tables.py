"""Reads a language's tables from `languages/` and checks them. A file that cannot be read in full is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from pipeline.model.errors import NotFound
from pipeline.policies.loader import check, parse_yaml
from pipeline.redaction.normalise.language import Phrase, Tables
from pipeline.redaction.normalise.tokens import cut_phrase

LANGUAGES: Final = ("en", "es")


def _cut_words(value: object) -> object:
    return frozenset(value.split()) if isinstance(value, str) else value


Word = Annotated[StrictStr, Field(min_length=1, max_length=40)]
Words = Annotated[frozenset[Word], BeforeValidator(_cut_words)]
Digit = Annotated[StrictInt, Field(ge=0, le=9)]
Letter = Annotated[StrictStr, Field(min_length=1, max_length=1)]
Phrases = list[Annotated[StrictStr, Field(min_length=1, max_length=60)]]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberWords(_Frozen):
    """How numbers are said."""

    units: dict[Word, Digit] = Field(min_length=10)
    bound_units: dict[Word, Digit]
    teens: dict[Word, Annotated[StrictInt, Field(ge=10, le=29)]]
    tens: dict[Word, Annotated[StrictInt, Field(ge=10, le=90, multiple_of=10)]]
    tens_links: Words
    bare_units_follow_tens: StrictBool
    hundred: Words
    hundreds: dict[Word, Annotated[StrictInt, Field(ge=100, le=900, multiple_of=100)]]
    thousand: Words
    thousand_alone: StrictBool
    joiners: Words
    articles: Words
    digits_may_follow_hundreds: StrictBool
    plurals: dict[Word, Digit]
    repeats: dict[Word, Annotated[StrictInt, Field(ge=2, le=4)]]
    zero_or_letter: dict[Word, Letter]
    zero_never_before: Words
    homophones: dict[Word, Digit]
    connecting_homophones: Words


class OrdinalWords(_Frozen):
    """How ordinals are said and written."""

    words: dict[Word, Annotated[StrictInt, Field(ge=1, le=30)]]
    suffixes: Words
    glued_suffixes: Words
    suffixes_before_months: Words
    ambiguous: Words
    of: Words


class MonthWords(_Frozen):
    """The months and their abbreviations."""

    names: dict[Word, Annotated[StrictInt, Field(ge=1, le=12)]] = Field(min_length=12)


class LetterWords(_Frozen):
    """How letters are named, spelled and explained."""

    names: dict[Word, Letter]
    sounds: dict[Word, Letter]
    homophones: dict[Word, Letter]
    homophones_only_inside: Words
    ambiguous: Words
    cut_off: dict[Letter, Words]
    spelling_words: dict[Word, Letter]
    examples: Words
    as_in: Phrases
    weak_as_in: Phrases
    upper_case: Phrases
    lower_case: Phrases
    announced_by: Words


class TalkWords(_Frozen):
    """What is said in and around numbers and codes."""

    fillers: Words
    notes: Phrases
    spaces: Words
    unit_suffixes: Words
    pronoun_ones: Words


class SignWords(_Frozen):
    """How signs are said, and what stands beside them in addresses."""

    said: dict[Word, Letter]
    sure: Phrases
    domain_words: dict[Word, Annotated[StrictStr, Field(pattern=r"^\.[a-z]+$")]]
    mail_hosts: Words
    mail_hosts_with_dot: Words
    domain_ends: Words
    domain_ends_with_dot: Words
    weak_dots: Words
    lead_ins: Words


class LanguageFile(_Frozen):
    """One language's file."""

    language: Annotated[StrictStr, Field(pattern=r"^[a-z]{2}$")]
    fold: dict[Letter, Letter]
    clitics: Words
    numbers: NumberWords
    ordinals: OrdinalWords
    months: MonthWords
    letters: LetterWords
    talk: TalkWords
    signs: SignWords


@cache
def load_tables(language: str) -> Tables:
    """Load a language's tables; the same value every time.

    Raises:
        NotFound: there is no such language; nothing is guessed from another one.
        InvalidInput: its file is not as it should be.
    """
    if language not in LANGUAGES:
        raise NotFound(f"no tables for the language {language[:8]!r}")
    name = f"{language}.yaml"
    return read_tables((files("pipeline.redaction.normalise") / "languages" / name).read_text("utf-8"), name=name)


def read_tables(text: str, *, name: str) -> Tables:
    """Read a language file's text.

    Raises:
        InvalidInput: not YAML, a key twice, an unknown key, a value of the wrong kind; the first fault in one line.
    """
    return _tables(check(LanguageFile, parse_yaml(text, name=name), name=name))


def _tables(file: LanguageFile) -> Tables:
    numbers, ordinals, months, letters = file.numbers, file.ordinals, file.months, file.letters
    talk, signs = file.talk, file.signs
    spelled = {cut_phrase(said): letter for said, letter in letters.spelling_words.items()}
    return Tables(
        language=file.language,
        fold=file.fold,
        clitics=file.clitics,
        **numbers.model_dump(exclude={"homophones"}),
        digit_homophones={word: str(digit) for word, digit in numbers.homophones.items()},
        ordinals=ordinals.words,
        ordinal_suffixes=ordinals.suffixes,
        glued_suffixes=ordinals.glued_suffixes,
        suffixes_before_months=ordinals.suffixes_before_months,
        ambiguous_ordinals=ordinals.ambiguous,
        of_words=ordinals.of,
        months=months.names,
        ambiguous_letters=letters.ambiguous,
        letter_names=_by_phrase(letters.names),
        letter_sounds=frozenset(letters.sounds),
        letter_homophones=letters.sounds | letters.homophones,
        homophones_only_inside=letters.homophones_only_inside,
        cut_off=letters.cut_off,
        spelling_words={phrase[0]: letter for phrase, letter in spelled.items() if len(phrase) == 1},
        spelling_phrases={phrase: letter for phrase, letter in spelled.items() if len(phrase) > 1},
        examples=letters.examples,
        as_in=_phrases(letters.as_in),
        weak_as_in=_phrases(letters.weak_as_in),
        case_words=dict.fromkeys(_phrases(letters.upper_case), True)
        | dict.fromkeys(_phrases(letters.lower_case), False),
        letter_cues=letters.announced_by,
        notes=_phrases(talk.notes),
        **talk.model_dump(exclude={"notes"}),
        symbols=_by_phrase(signs.said),
        sure_symbols=frozenset(_phrases(signs.sure)),
        **signs.model_dump(exclude={"said", "sure"}),
    )


def _by_phrase(said: Mapping[str, str]) -> dict[Phrase, str]:
    return {cut_phrase(phrase): value for phrase, value in said.items()}


def _phrases(said: list[str]) -> tuple[Phrase, ...]:
    return tuple(cut_phrase(phrase) for phrase in said)


ENGLISH: Final = load_tables("en")
