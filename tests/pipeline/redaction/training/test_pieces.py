from __future__ import annotations

from random import Random

from pipeline.model.entity import EntityType
from pipeline.redaction.training.cast import Cast, Said
from pipeline.redaction.training.filling import Draft, Filling
from pipeline.redaction.training.pieces import in_pieces

NUMBER = ("three", "one", "four", "one", "five", "nine", "two", "six")


def told(seed: int, people: Cast, said: list[Said]) -> list[Draft]:
    rng = Random(seed)
    return in_pieces(rng, Draft("C", said, ["phone"]), Filling(rng, people), ())


def test_the_pieces_make_the_whole_value_with_every_word_labelled(people: Cast) -> None:
    for seed in range(200):
        drafts = told(seed, people, [Said(("it's",)), Said(NUMBER, EntityType.PHONE_NUMBER), Said(("thanks",))])
        own = [s for d in drafts if d.speaker == "C" for s in d.said if s.type is EntityType.PHONE_NUMBER]
        heard = [word for said in own for word in said.words]
        assert set(heard) == set(NUMBER)
        assert len(heard) >= len(NUMBER)
        assert drafts[0].said[0].words == ("it's",)
        assert drafts[-1].said[-1].words == ("thanks",)


def test_the_other_side_only_acknowledges_or_repeats(people: Cast) -> None:
    for seed in range(200):
        for draft in told(seed, people, [Said(NUMBER, EntityType.PHONE_NUMBER)]):
            personal = [said for said in draft.said if said.type is not None]
            assert all(set(said.words) <= set(NUMBER) for said in personal)


def test_a_short_value_is_not_cut(people: Cast) -> None:
    assert len(told(1, people, [Said(("anna", "bell"), EntityType.PERSON)])) == 1
    assert len(told(1, people, [Said(("not", "personal", "at", "all"))])) == 1
