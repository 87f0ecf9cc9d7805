from __future__ import annotations

from random import Random

import pytest

from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.slots_plain import PLAIN


@pytest.mark.parametrize("slot", sorted(PLAIN))
def test_every_slot_says_various_words_from_both_halves_of_the_lists(
    slot: str, material: Material, held_material: Material
) -> None:
    say, _ = PLAIN[slot]
    for words in (material.words, held_material.words):
        said = {say(Random(seed), words) for seed in range(80)}
        assert all(one.split() for one in said)
        assert len(said) > 2


def test_only_what_might_be_taken_for_personal_is_free() -> None:
    assert {slot for slot, (_, free) in PLAIN.items() if free} == {"country", "flight", "hotline", "model"}


def test_durations_are_as_long_as_such_things_last(material: Material) -> None:
    say, _ = PLAIN["duration"]
    said = {say(Random(seed), material.words) for seed in range(400)}
    assert any(one.startswith(("thirty", "forty", "fifty")) and one.endswith("minutes") for one in said)
    assert not any(one.startswith(("thirty", "forty", "fifty")) and one.endswith(("hours", "weeks")) for one in said)
