from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.evaluation.dialogues import parse_dialogues, read_dialogues

TEXT = """# call-1 small_talk
A: is that [PERSON|anna]
C: yes [PERSON|anna bell] from [?LOCATION|poole]

# call-2 small_talk
C: thanks
"""


def test_marks_become_labels_and_leave_the_words(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text(TEXT, encoding="utf-8")
    first, second = read_dialogues(tmp_path / "file.txt")
    assert [turn.text for turn in first.conversation.turns] == ["is that anna", "yes anna bell from poole"]
    assert [turn.speaker for turn in first.conversation.turns] == ["agent", "customer"]
    assert (first.source, second.source, second.id) == ("small_talk", "small_talk", "call-2")
    name, place = first.turns[1].labels
    assert first.conversation.turns[1].text[name.span.start : name.span.end] == "anna bell"
    assert (name.type, name.is_optional) == ("PERSON", False)
    assert (place.type, place.is_optional) == ("LOCATION", True)


BANK = """# bank-017 retail_bank
A: who am i speaking with
C: hi uh [PERSON|gwen o'dell] from [?LOCATION|wales]

# bank-018 retail_bank
C: [CREDIT_CARD|four one] no sorry [CREDIT_CARD|four nine][PIN|1]
"""


def test_marks_become_labels_at_their_places() -> None:
    first, second = parse_dialogues(BANK, name="bank.txt")
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
def test_what_is_written_otherwise_is_refused_by_its_line_and_without_a_word_of_it(reason: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_dialogues(text, name="bank.txt")
    assert str(refused.value).startswith("bank.txt: ")
    assert reason in str(refused.value)
    assert "secret" not in str(refused.value).lower()


def test_a_possessive_or_the_s_of_a_plural_may_follow_a_mark() -> None:
    [call] = parse_dialogues("# a b\nA: ([PERSON|anna]'s account) the [PERSON|dunn]s\n", name="x.txt")
    assert call.turns[0].turn.text == "(anna's account) the dunns"


@pytest.mark.parametrize("line", ["C: [PERSON|anna", "C: [SHOE|anna]", "anna", "D: anna"])
def test_a_wrong_line_is_named_by_its_number_alone(line: str) -> None:
    with pytest.raises(InvalidInput, match="line 3") as raised:
        parse_dialogues(f"# call-1 talk\nA: hello\n{line}\n", name="file")
    assert "anna" not in str(raised.value)


def test_a_dialogue_needs_its_heading() -> None:
    with pytest.raises(InvalidInput, match="begins with"):
        parse_dialogues("A: hello\n", name="file")
