from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.evaluation.dialogues import parse_dialogues
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.training.by_hand import load_by_hand, told_anew
from pipeline.redaction.training.dialogues import Dialogue
from pipeline.redaction.training.exchanges import Material

SPELLED = """# call-1 names
A: your name
C: [PERSON|Anna] [PERSON|a for apple n as in nectar]
A: [PERSON|Anna's] number
C: [PHONE_NUMBER|one two three four]
"""


@pytest.fixture
def spelled() -> list[LabelledConversation]:
    return list(parse_dialogues(SPELLED, name="file"))


def texts(dialogue: Dialogue, turn: int) -> list[str]:
    return [word.text for word in dialogue.turns[turn].words]


def test_what_is_kept_back_is_not_trained_on() -> None:
    trained = {d.id for d in load_by_hand(kept_back=False)}
    kept = {d.id for d in load_by_hand(kept_back=True)}
    assert kept
    assert trained
    assert not kept & trained


def test_a_call_told_the_first_time_is_as_it_was_written(material: Material) -> None:
    written = load_by_hand(kept_back=True)
    for told, own in zip(told_anew(written, material, times=1, seed=2), written, strict=True):
        assert [" ".join(w.text for w in t.words) for t in told.turns] == [t.text for t in own.conversation.turns]


def test_the_same_seed_tells_the_same(material: Material) -> None:
    written = load_by_hand(kept_back=True)[:5]
    assert list(told_anew(written, material, times=3, seed=2)) == list(told_anew(written, material, times=3, seed=2))


def test_names_and_digits_change_and_labels_stay(spelled: list[LabelledConversation], material: Material) -> None:
    told = list(told_anew(spelled, material, times=60, seed=2))
    assert len({texts(d, 1)[0] for d in told}) > 10
    assert len({" ".join(texts(d, 3)) for d in told}) > 10
    for dialogue in told:
        assert {w.type for w in dialogue.turns[1].words} <= {EntityType.PERSON, None}
        assert EntityType.PHONE_NUMBER in {w.type for w in dialogue.turns[3].words}


def test_a_name_is_the_same_wherever_it_stands_and_its_ending_stays(
    spelled: list[LabelledConversation], material: Material
) -> None:
    same = 0
    for dialogue in told_anew(spelled, material, times=60, seed=2):
        first, again = texts(dialogue, 1)[0], texts(dialogue, 2)[0]
        same += again.rstrip(".,") == f"{first.rstrip('.,')}'s"
    assert same > 40


def test_what_explains_a_letter_is_not_a_name(spelled: list[LabelledConversation], material: Material) -> None:
    kept = [{"apple", "nectar"} <= {t.strip(".,").lower() for t in texts(d, 1)}
            for d in told_anew(spelled, material, times=60, seed=2)]  # fmt: skip
    assert sum(kept) > 50


def test_a_name_that_may_be_hidden_is_learned_as_a_name_and_any_other_thing_as_neither(material: Material) -> None:
    text = "# call-1 free\nC: [?PERSON|nigella] was in [?LOCATION|ludlow]\n"
    (told,) = told_anew(list(parse_dialogues(text, name="file")), material, times=1, seed=2)
    name, _, _, town = told.turns[0].words
    assert (name.type, name.free) == (EntityType.PERSON, False)
    assert (town.type, town.free) == (None, True)
