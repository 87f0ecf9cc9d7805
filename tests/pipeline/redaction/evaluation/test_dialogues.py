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


@pytest.mark.parametrize("line", ["C: [PERSON|anna", "C: [SHOE|anna]", "anna", "D: anna"])
def test_a_wrong_line_is_named_by_its_number_alone(line: str) -> None:
    with pytest.raises(InvalidInput, match="line 3") as raised:
        parse_dialogues(f"# call-1 talk\nA: hello\n{line}\n", name="file")
    assert "anna" not in str(raised.value)


def test_a_dialogue_needs_its_heading() -> None:
    with pytest.raises(InvalidInput, match="begins with"):
        parse_dialogues("A: hello\n", name="file")
