from __future__ import annotations

from random import Random

from pipeline.redaction.training.cast import Said, cast
from pipeline.redaction.training.exchanges import Material


def test_the_same_seed_invents_the_same_people(material: Material) -> None:
    assert cast(Random(1), material.words) == cast(Random(1), material.words)


def test_those_who_take_part_are_different_people(material: Material) -> None:
    people = cast(Random(1), material.words)
    everyone = [people.caller, people.wrong, people.agent, *people.others]
    assert len({person.phone for person in everyone}) == len(everyone) == 6


def test_no_word_shows_when_people_are_printed(material: Material) -> None:
    people = cast(Random(1), material.words)
    assert people.caller.last not in repr(people)
    assert "anna" not in repr(Said(("anna",)))
