from __future__ import annotations

from pathlib import Path

from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.known_words import LEXICON, known_lists, write_known_lists
from pipeline.redaction.vocabulary import load_vocabulary


def test_the_shipped_lists_are_the_words_to_train_on(tmp_path: Path) -> None:
    write_known_lists(tmp_path)
    written = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    assert written == {file.name: file.read_text(encoding="utf-8") for file in LEXICON.glob("known_*.txt")}


def test_a_name_that_is_kept_for_testing_is_told_to_nobody(material: Material, held_material: Material) -> None:
    vocabulary = load_vocabulary()
    for known, source in ((vocabulary.known_given, "given_names"), (vocabulary.known_surnames, "surnames")):
        trained = {word for entry in material.words[source] for word in entry.split()}
        held = {word for entry in held_material.words[source] for word in entry.split()} - trained
        assert held
        assert not held & known


def test_a_list_holds_each_word_once_in_order_and_no_single_letter() -> None:
    words = {"given_names": ["mary ann", "j", "ann"], "surnames": ["o'neil"]}
    others = dict.fromkeys(("towns", "regions", "companies", "products", "medicines", "conditions"), ())
    lists = known_lists(words | others)
    assert lists["known_given"].splitlines()[1:] == ["ann mary"]
    assert lists["known_surnames"].splitlines()[1:] == ["o'neil"]
