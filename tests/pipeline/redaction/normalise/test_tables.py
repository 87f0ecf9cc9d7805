from __future__ import annotations

from importlib.resources import files

import pytest

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.redaction.normalise import write
from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.tables import ENGLISH, LANGUAGES, load_tables, read_tables
from tests.pipeline.redaction.normalise.sayings import words_of

EACH = pytest.mark.parametrize("tables", [load_tables(name) for name in LANGUAGES], ids=LANGUAGES)


def file_of(language: str) -> str:
    return (files("pipeline.redaction.normalise") / "languages" / f"{language}.yaml").read_text(encoding="utf-8")


def test_every_language_file_is_listed_and_says_its_own_name() -> None:
    folder = files("pipeline.redaction.normalise") / "languages"
    assert sorted(f.name for f in folder.iterdir()) == [f"{name}.yaml" for name in LANGUAGES]
    assert [load_tables(name).language for name in LANGUAGES] == list(LANGUAGES)


def test_tables_are_loaded_once_and_english_is_one_of_them() -> None:
    assert load_tables("en") is ENGLISH


@EACH
def test_every_digit_every_month_and_all_numbers_below_a_hundred_can_be_said(tables: Tables) -> None:
    assert set(tables.units.values()) == set(range(10))
    assert set(tables.months.values()) == set(range(1, 13))
    units = set(tables.units.values()) - {0}
    tens = set(tables.tens.values())
    below = units | set(tables.teens.values()) | tens | {ten + unit for ten in tens for unit in units}
    assert below >= set(range(1, 100))


@EACH
def test_the_alphabet_can_be_named_and_spelled(tables: Tables) -> None:
    alphabet = set("abcdefghijklmnopqrstuvwxyz")
    assert {*tables.spelling_words.values(), *tables.spelling_phrases.values()} >= alphabet
    named = {*tables.letter_names.values(), *tables.letter_homophones.values(), *tables.ambiguous_letters}
    assert alphabet - named <= set("eo")


@EACH
def test_each_spelling_word_and_example_begins_with_its_letter(tables: Tables) -> None:
    assert {word for word, letter in tables.spelling_words.items() if word[0] != letter} == set()
    assert all(len(word) > 1 for word in tables.examples)


@EACH
def test_all_words_are_lower_case_and_have_the_accents_that_are_looked_up(tables: Tables) -> None:
    fold = str.maketrans(dict(tables.fold))
    groups = (tables.units, tables.teens, tables.tens, tables.months, tables.fillers, tables.spelling_words,
              tables.ordinals, tables.letter_homophones, tables.lead_ins, tables.examples)  # fmt: skip
    phrases = (*tables.symbols, *tables.as_in, *tables.weak_as_in, *tables.notes, *tables.case_words)
    words = {word for group in groups for word in group} | {word for phrase in phrases for word in phrase}
    assert {word for word in words if word != word.lower().translate(fold)} == set()


@EACH
def test_a_word_has_one_value_in_numbers_and_is_no_sign_or_hesitation_besides(tables: Tables) -> None:
    numbers = [
        set(g) for g in (tables.units, tables.teens, tables.tens, tables.hundreds, tables.hundred, tables.thousand)
    ]
    assert len(set().union(*numbers)) == sum(map(len, numbers))
    assert not set().union(*numbers) & (tables.fillers | {p[0] for p in tables.symbols} | tables.spelling_words.keys())


@EACH
def test_what_is_marked_in_a_group_belongs_to_it(tables: Tables) -> None:
    assert tables.ambiguous_ordinals <= tables.ordinals.keys()
    assert tables.letter_sounds | tables.homophones_only_inside <= tables.letter_homophones.keys()
    assert tables.connecting_homophones <= tables.digit_homophones.keys()
    assert tables.sure_symbols <= tables.symbols.keys()
    assert tables.mail_hosts_with_dot <= tables.mail_hosts
    assert tables.domain_ends_with_dot <= tables.domain_ends
    assert tables.suffixes_before_months <= tables.ordinal_suffixes
    assert len(words_of(tables)) > 300


def test_a_language_that_is_not_there_is_not_guessed_from_another() -> None:
    with pytest.raises(NotFound):
        load_tables("../../secrets/en")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("language: en", "language: english"),
        ("language: en", "tongue: en"),
        ("    zero: 0\n", "    zero: 0\n    zero: 1\n"),
        ("    zero: 0\n", "    zero: naught\n"),
        ("    zero: 0\n", "    zero: 10\n"),
        ("of: of", "of: no"),
        ("of: of", "of: ["),
        ('"at": "@"', '"at": "at sign"'),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_whole(old: str, new: str) -> None:
    text = file_of("en")
    assert old in text
    with pytest.raises(InvalidInput, match=r"^en\.yaml: [^\n]+$"):
        read_tables(text.replace(old, new, 1), name="en.yaml")


def test_a_file_as_it_is_shipped_reads_to_the_same_tables() -> None:
    assert read_tables(file_of("es"), name="es.yaml").units == load_tables("es").units


def test_another_language_needs_another_file_and_no_code() -> None:
    dutch = (
        file_of("en")
        .replace("double: 2", "dubbel: 2")
        .replace("    four: 4", "    vier: 4")
        .replace("of: of", "of: van")
    )
    tables = read_tables(dutch.replace("language: en", "language: nl"), name="nl.yaml")
    assert write("dubbel vier", tables).text == "44"
    assert write("double four", tables).text == "double four"
