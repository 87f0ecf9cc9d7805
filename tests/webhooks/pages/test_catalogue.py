from __future__ import annotations

import re

import pytest

from webhooks.pages.catalogue import CATALOGUES, read, said, update, write
from webhooks.pages.language import languages, speaker

PATHS = sorted(CATALOGUES.glob("*.po"))
HOLE = re.compile(r"%\(\w+\)s")


def texts(value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def test_pages_are_written_in_two_languages_at_least():
    assert len(languages()) >= 2


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_text_of_every_page_is_translated_with_the_same_holes(path):
    catalogue = read(path)
    entries = [entry for entry in catalogue if entry.id]
    known = {texts(entry.id)[0] for entry in entries}
    assert {texts(message)[0] for _, message in said()} == known
    for entry in entries:
        wanted = set(HOLE.findall(texts(entry.id)[-1]))
        told = texts(entry.string)
        assert all(told), f"no translation: {entry.id}"
        assert not entry.fuzzy, f"nobody has looked at the translation: {entry.id}"
        assert len(told) == (catalogue.num_plurals if entry.pluralizable else 1), entry.id
        assert all(set(HOLE.findall(text)) == wanted for text in told), f"other holes: {entry.id}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_catalogue_lies_as_the_command_writes_it(path, tmp_path):
    catalogue = read(path)
    update(catalogue)
    write(catalogue, tmp_path / path.name)
    assert (tmp_path / path.name).read_text() == path.read_text()


def test_a_new_text_comes_without_a_translation_and_one_that_is_gone_goes():
    catalogue = read(PATHS[0])
    catalogue.add("said no more", "x")
    del catalogue["Skip to the content"]
    update(catalogue)
    assert "said no more" not in catalogue
    assert not catalogue["Skip to the content"].string


def test_a_page_speaks_spanish():
    assert speaker("es")("Skip to the content") == "Ir al contenido"


def test_a_text_that_is_said_with_values_is_one_text_and_no_half_of_a_pair():
    assert [message for _, message in said() if isinstance(message, tuple) and len(message) != 2] == []
