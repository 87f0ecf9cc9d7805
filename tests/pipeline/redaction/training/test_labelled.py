from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.redaction.training.dialogues import invent_dialogues
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.labelled import labelled, read_labelled

TEXT = """# call-1 small talk
A: is that [PERSON|anna]
C: yes [PERSON|anna bell] from [?LOCATION|poole]

# call-2
C: thanks
"""


def test_marks_become_labels_and_leave_the_words() -> None:
    first, second = read_labelled(TEXT, name="file")
    assert [turn.text for turn in first.conversation.turns] == ["is that anna", "yes anna bell from poole"]
    assert [turn.speaker for turn in first.conversation.turns] == ["agent", "customer"]
    assert first.kind == "small talk"
    assert second.kind == "file"
    name, place = first.labels[1]
    assert first.conversation.turns[1].text[name.span.start : name.span.end] == "anna bell"
    assert (name.type, name.optional) == (EntityType.PERSON, False)
    assert (place.type, place.optional) == (EntityType.LOCATION, True)


@pytest.mark.parametrize("line", ["C: [PERSON|anna", "C: [SHOE|anna]", "anna", "D: anna"])
def test_a_wrong_line_is_named_by_its_number_alone(line: str) -> None:
    with pytest.raises(InvalidInput, match="line 3") as raised:
        list(read_labelled(f"# call-1\nA: hello\n{line}\n", name="file"))
    assert "anna" not in str(raised.value)


def test_a_dialogue_needs_its_heading() -> None:
    with pytest.raises(InvalidInput, match="heading"):
        list(read_labelled("A: hello\n", name="file"))


def test_an_invented_call_keeps_all_its_labels(material: Material) -> None:
    for call in invent_dialogues(material, count=40, seed=8):
        own = labelled(call)
        for turn, spoken, labels in zip(own.conversation.turns, call.turns, own.labels, strict=True):
            at = 0
            for word in spoken.words:
                inside = [label for label in labels if label.span.start <= at < label.span.end]
                assert turn.text[at : at + len(word.text)] == word.text
                assert [label.optional for label in inside] == ([word.free] if word.type or word.free else [])
                assert not inside or word.free or inside[0].type is word.type
                at += len(word.text) + 1
