from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pipeline.model.errors import InvalidInput
from pipeline.redaction.evaluation.labelled import read_labelled
from samples.evaluation.read_dialogues import DIALOGUES, main, parse_dialogues, read_dialogues, read_files

TEXT = """# bank-017 retail_bank
A: who am i speaking with
C: hi uh [PERSON|gwen o'dell] from [?LOCATION|wales]

# bank-018 retail_bank
C: [CREDIT_CARD|four one] no sorry [CREDIT_CARD|four nine][PIN|1]
"""


def test_marks_become_labels_at_their_places():
    first, second = parse_dialogues(TEXT, name="bank.txt")
    assert (first.id, first.source, second.id) == ("bank-017", "retail_bank", "bank-018")
    assert [(t.turn.speaker, t.turn.index) for t in first.turns] == [("agent", 0), ("customer", 1)]
    said = first.turns[1].turn.text
    assert said == "hi uh gwen o'dell from wales"
    labels = first.turns[1].labels
    assert [(said[label.span.start : label.span.end], label.type, label.is_optional) for label in labels] == [
        ("gwen o'dell", "PERSON", False),
        ("wales", "LOCATION", True),
    ]
    assert second.turns[0].turn.text == "four one no sorry four nine1"


WRONG = [
    ("line 1: a dialogue begins", "A: hello\n"),
    ("line 1: a dialogue begins", "# bank-1\nA: hello\n"),
    ("line 1: a dialogue begins", "# bank-1 Retail Bank\nA: hello\n"),
    ("line 1: a dialogue without turns", "# bank-1 bank\n\n"),
    ("line 4: a dialogue of this id", "# bank-1 bank\nA: hello\n\n# bank-1 bank\nA: hi\n"),
    ("line 4: all dialogues of a file", "# bank-1 bank\nA: hello\n\n# bank-2 shop\nA: hi\n"),
    ("line 2: a turn begins", "# bank-1 bank\nB: secret\n"),
    ("line 2: a turn begins", "# bank-1 bank\nA:secret\n"),
    ("line 3: a turn begins", "# bank-1 bank\nA: hello\n# bank-2 bank\nA: secret\n"),
    ("line 2: single blanks", "# bank-1 bank\nA: secret \n"),
    ("line 2: single blanks", "# bank-1 bank\nA: secret  word\n"),
    ("line 2: single blanks", "# bank-1 bank\nA: secret\tword\n"),
    ("line 2: single blanks", "# bank-1 bank\nA: secret\r\n"),
    ("line 2: a mark is written", "# bank-1 bank\nA: [PERSON|secret\n"),
    ("line 2: a mark is written", "# bank-1 bank\nA: [PERSON:secret]\n"),
    ("line 2: a mark is written", "# bank-1 bank\nA: [person|secret]\n"),
    ("line 2: a mark is written", "# bank-1 bank\nA: [PERSON|secret [PIN|one]]\n"),
    ("line 2: a mark names no type", "# bank-1 bank\nA: [SECRET|word]\n"),
    ("line 2: a mark names no type", "# bank-1 bank\nA: [OTHER|word]\n"),
    ("line 2: a mark holds words", "# bank-1 bank\nA: [PERSON|]\n"),
    ("line 2: a mark holds words", "# bank-1 bank\nA: [PERSON|secret ] word\n"),
    ("line 2: a mark holds whole words", "# bank-1 bank\nA: is[PERSON|secret]\n"),
    ("line 2: a mark holds whole words", "# bank-1 bank\nA: [PERSON|secret]ly\n"),
    ("no dialogue in it", "\n\n"),
]


@pytest.mark.parametrize(("reason", "text"), WRONG)
def test_what_is_written_otherwise_is_refused_by_its_line_and_without_a_word_of_it(reason, text):
    with pytest.raises(InvalidInput) as refused:
        parse_dialogues(text, name="bank.txt")
    assert str(refused.value).startswith("bank.txt: ")
    assert reason in str(refused.value)
    assert "secret" not in str(refused.value).lower()


def test_a_possessive_or_the_s_of_a_plural_may_follow_a_mark():
    [call] = parse_dialogues("# a b\nA: ([PERSON|anna]'s account) the [PERSON|dunn]s\n", name="x.txt")
    assert call.turns[0].turn.text == "(anna's account) the dunns"


def test_dialogues_written_as_jsonl_are_read_back_the_same(tmp_path):
    source, target = tmp_path / "bank.txt", tmp_path / "bank.jsonl"
    source.write_text(TEXT, encoding="utf-8")
    assert CliRunner().invoke(main, [str(source), str(target)]).exit_code == 0
    assert read_labelled(target) == read_dialogues(source)
    assert json.loads(target.read_text().splitlines()[0])["labels"] == "full"


def test_files_of_both_forms_are_read_together_and_no_id_comes_twice(tmp_path):
    source, target = tmp_path / "bank.txt", tmp_path / "bank.jsonl"
    source.write_text(TEXT, encoding="utf-8")
    CliRunner().invoke(main, [str(source), str(target)])
    with pytest.raises(InvalidInput, match=r"bank\.jsonl: the conversation bank-017 came before"):
        read_files([source, target])
    target.write_text(target.read_text().replace("bank-0", "shop-0"))
    assert [c.id for c in read_files([source, target])] == ["bank-017", "bank-018", "shop-017", "shop-018"]


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path):
    (tmp_path / "latin.txt").write_bytes("# a b\nA: caf\xe9\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"latin\.txt: not UTF-8"):
        read_dialogues(tmp_path / "latin.txt")
    with pytest.raises(InvalidInput, match=r"none\.txt"):
        read_dialogues(tmp_path / "none.txt")
    done = CliRunner().invoke(main, [str(tmp_path / "none.txt"), str(tmp_path / "out.jsonl")])
    assert done.exit_code == 1
    assert "none.txt" in done.output
    assert not (tmp_path / "out.jsonl").exists()


def test_the_dialogues_that_come_with_the_project_are_written_as_they_must_be():
    paths = sorted(DIALOGUES.glob("*.txt"))
    assert len(read_files(paths)) >= len(paths)
