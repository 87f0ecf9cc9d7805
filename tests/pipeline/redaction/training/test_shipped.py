from __future__ import annotations

from pipeline.redaction.training.shipped import entries, shipped_texts, spelling_words


def test_texts_come_in_the_order_of_their_names_and_leave_folders_alone() -> None:
    names = [name for name, _ in shipped_texts("words")]
    assert names == sorted(names)
    assert "given_names" in names
    assert "nato" not in names


def test_a_word_that_stands_twice_in_a_list_counts_once() -> None:
    assert entries("anna\n\nbob\nanna\n") == ("anna", "bob")


def test_every_letter_has_words_to_explain_it_by() -> None:
    for by_letter in spelling_words().values():
        assert set(by_letter) == set("abcdefghijklmnopqrstuvwxyz")
        assert all(words for words in by_letter.values())
