from __future__ import annotations

from pipeline.redaction.training.dialogues import invent_dialogues
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.labelled import labelled


def test_an_invented_call_keeps_all_its_labels(material: Material) -> None:
    for call in invent_dialogues(material, count=40, seed=8):
        own = labelled(call)
        for turn, spoken, labels in zip(own.conversation.turns, call.turns, (t.labels for t in own.turns), strict=True):
            at = 0
            for word in spoken.words:
                inside = [label for label in labels if label.span.start <= at < label.span.end]
                assert turn.text[at : at + len(word.text)] == word.text
                assert [label.is_optional for label in inside] == ([word.free] if word.type or word.free else [])
                assert not inside or word.free or inside[0].type == word.type
                at += len(word.text) + 1
