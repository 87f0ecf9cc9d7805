from __future__ import annotations

from random import Random

from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.persona import invent, name, plain

SEEDS = range(300)


def test_the_same_seed_invents_the_same_person(material: Material) -> None:
    assert invent(Random(5), material.words) == invent(Random(5), material.words)
    assert invent(Random(5), material.words) != invent(Random(6), material.words)


def test_a_person_has_something_of_everything(material: Material) -> None:
    for seed in SEEDS:
        who = invent(Random(seed), material.words)
        assert who.first
        assert who.last
        assert who.house.isdecimal()
        assert 15 <= len(who.card) <= 17
        assert len(who.ssn) == 9
        assert who.password
        assert plain(who.local)


def test_births_fall_on_every_day_of_a_month(material: Material) -> None:
    assert {invent(Random(seed), material.words).day for seed in range(900)} == set(range(1, 32))


def test_passwords_have_capitals_and_signs_now_and_then(material: Material) -> None:
    passwords = [invent(Random(seed), material.words).password for seed in SEEDS]
    assert any(password[0].isupper() for password in passwords)
    assert any(not password[-1].isalnum() for password in passwords)
    assert any(password.isalnum() and password.islower() for password in passwords)


def test_some_names_stand_in_no_list() -> None:
    known = ["anna", "bella", "carol", "doris", "emilia", "fiona"]
    drawn = [name(Random(seed), known) for seed in SEEDS]
    assert 0 < sum(n not in known for n in drawn) < len(drawn) / 4
    assert drawn.count("anna") > drawn.count("fiona")


def test_an_address_holds_only_small_letters_and_digits() -> None:
    assert plain("José O'Brien 7") == "josobrien7"
