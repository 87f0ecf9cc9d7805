from __future__ import annotations

import numpy as np

from pipeline.model.entity import EntityType
from pipeline.redaction.tagger.features import TOKEN_COLUMNS
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.training.dialogues import Dialogue, SpokenTurn, invent_dialogues
from pipeline.redaction.training.examples import example_of, examples_of, label_of
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.noise import Labelled

CALL = Dialogue(
    id="call",
    turns=(
        SpokenTurn(speaker="agent", words=(Labelled(text="name"), Labelled(text="please?"))),
        SpokenTurn(speaker="customer", words=(
            Labelled(text="it's"), Labelled(text="anna-bell's,", type=EntityType.PERSON, mention=1),
            Labelled(text="flight", free=True), Labelled(text="thanks"),
        )),
    ),
)  # fmt: skip


def test_exactly_the_tokens_of_labelled_words_are_labelled() -> None:
    example = example_of(CALL)
    person = label_of(EntityType.PERSON)
    named = [text for text, label in zip(example.texts, example.labels, strict=True) if label == person]
    assert named
    assert "".join(named).strip(",") in {"anna-bell's", "annabell's"}
    plain = [text for text, label in zip(example.texts, example.labels, strict=True) if label == label_of(None)]
    assert {"name", "thanks"} <= set(plain)
    assert not set(plain) & {"flight", ""}


def test_a_turn_opens_with_an_empty_word_that_teaches_nothing() -> None:
    example = example_of(CALL)
    opened = [at for at, text in enumerate(example.texts) if not text]
    assert [int(example.turn_of[at]) for at in opened] == [0, 1]
    assert all(example.labels[at] == -1 for at in opened)


def test_labels_follow_words_through_whole_invented_calls(material: Material) -> None:
    for call in invent_dialogues(material, count=60, seed=21):
        example = example_of(call)
        for index, turn in enumerate(call.turns):
            own = np.flatnonzero(example.turn_of == index)[1:]
            wanted = {label_of(w.type) for w in turn.words if not w.free} | (
                {-1} if any(w.free for w in turn.words) else set()
            )
            assert set(example.labels[own].tolist()) <= wanted
            for kind in {w.type for w in turn.words if w.type is not None and not w.free}:
                said = "".join(w.text for w in turn.words if w.type is kind and not w.free)
                heard = "".join(example.texts[at] for at in own if example.labels[at] == label_of(kind))
                assert _letters(heard) == _letters(said)


def test_the_parts_of_an_example_have_one_length(material: Material) -> None:
    for example in examples_of(invent_dialogues(material, count=10, seed=22)):
        count = len(example.texts)
        assert example.columns.shape == (count, TOKEN_COLUMNS)
        assert len(example.turn_of) == len(example.labels) == count
        assert example.heard.shape[1:] == (len(example.turns), len(example.turns))
        assert example.labels.max() < len(LABELS)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
