from __future__ import annotations

from itertools import chain, pairwise
from random import Random

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.training.cast import Cast, cast
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.filling import Draft, Filling

SEEDS = range(60)


def words(draft: Draft) -> list[str]:
    return [word for said in draft.said for word in said.words]


def people_in(draft: Draft) -> list[tuple[str, ...]]:
    return [said.words for said in draft.said if said.type is EntityType.PERSON]


@pytest.mark.parametrize("held", [False, True])
def test_every_slot_of_every_shipped_exchange_can_be_filled(
    held: bool, material: Material, held_material: Material
) -> None:
    shipped = held_material if held else material
    rng = Random(1)
    people = cast(rng, shipped.words)
    for exchange in chain(*shipped.exchanges.values()):
        filling = Filling(rng, people)
        for speaker, line in exchange.turns:
            draft = filling.line(speaker, line)
            assert all(not set("{}<>|") & set(word) for word in words(draft))
            assert all(said.words for said in draft.said)
            assert ("{" in line) >= bool(draft.slots)


def test_another_person_stays_the_same_from_line_to_line(people: Cast) -> None:
    filling = Filling(Random(1), people)
    first, second = filling.line("C", "it is {other_first}"), filling.line("A", "{other_first} {other_last}")
    assert people_in(first)[0] == people_in(second)[0]
    assert people_in(second)[1] in [tuple(other.last.split()) for other in people.others]


def test_people_named_in_one_line_are_different(people: Cast) -> None:
    named = people_in(Filling(Random(1), people).line("C", "{other_first} and {other_first} and {other_first}"))
    assert len(set(named)) == 3


def test_a_first_and_a_last_name_beside_each_other_are_one_person(people: Cast) -> None:
    first, last = people_in(Filling(Random(1), people).line("C", "{other_first} {other_last}"))
    assert (" ".join(first), " ".join(last)) in [(other.first, other.last) for other in people.others]


def test_another_is_never_the_other(people: Cast) -> None:
    for seed in SEEDS:
        filling = Filling(Random(seed), people)
        other, another = filling.line("C", "{other_first}"), filling.line("C", "{another_first}")
        assert people_in(other) != people_in(another)


def test_what_is_wrong_is_not_the_callers_own(people: Cast) -> None:
    filling = Filling(Random(1), people)
    assert people_in(filling.line("C", "{wrong_first}")) == [tuple(people.wrong.first.split())]
    assert people_in(filling.line("A", "{agent_first}")) == [tuple(people.agent.first.split())]
    assert people_in(filling.line("C", "{first}")) == [tuple(people.caller.first.split())]


def test_an_ending_stays_with_the_name_that_it_follows(people: Cast) -> None:
    draft = Filling(Random(1), people).line("C", "{first}'s mother")
    assert people_in(draft) == [tuple(f"{people.caller.first}'s".split())]
    assert words(draft)[-1] == "mother"


def test_an_article_is_said_once_and_fits_what_follows(people: Cast) -> None:
    for seed in range(300):
        said = words(Filling(Random(seed), people).line("C", "a <food> for the <date> and a <job>"))
        pairs = list(pairwise(said))
        assert not {("a", "a"), ("a", "an"), ("the", "the"), ("the", "may"), ("the", "june")} & set(pairs)
        assert all(after[0] not in "aei" for before, after in pairs if before == "a")


def test_one_of_several_wordings_is_chosen(people: Cast) -> None:
    said = {
        " ".join(words(Filling(Random(seed), people).line("C", "(yes|no) (thanks|(very|so) kind)"))) for seed in SEEDS
    }
    assert said == {"yes thanks", "no thanks", "yes very kind", "no very kind", "yes so kind", "no so kind"}
