from __future__ import annotations

import ipaddress
from random import Random

from pipeline.redaction.training.persona_numbers import codes, figures, letters, phone, postcode

SEEDS = range(300)


def test_figures_and_letters_have_the_length_that_was_asked_for() -> None:
    for seed in SEEDS:
        assert len(figures(Random(seed), 9)) == 9
        assert figures(Random(seed), 9).isdecimal()
        assert letters(Random(seed), 4).isalpha()


def test_some_numbers_repeat_their_digits() -> None:
    assert any(set(figures(Random(seed), 9)) <= set("123") or len(set(figures(Random(seed), 9))) <= 3 for seed in SEEDS)


def test_telephone_numbers_are_of_several_countries() -> None:
    numbers = [phone(Random(seed)) for seed in SEEDS]
    assert all(number.isdecimal() and 7 <= len(number) <= 12 for number in numbers)
    assert {number[:2] for number in numbers} >= {"07", "02", "04"}
    assert {len(number) for number in numbers} >= {7, 10, 11}


def test_postcodes_are_of_several_countries() -> None:
    drawn = [postcode(Random(seed)) for seed in SEEDS]
    assert {len(c) for c in drawn if c.isdecimal()} == {4, 5, 6, 9}
    assert any(not c.isdecimal() for c in drawn)


def test_codes_have_the_shapes_of_their_kinds() -> None:
    for seed in SEEDS:
        made = codes(Random(seed))
        assert len(made["vin"]) == 17
        assert not {"i", "o", "q"} & set(made["vin"])
        assert made["nhi"][:3].isalpha()
        assert made["nhi"][3:].isdecimal()
        assert made["iban"][:2].isalpha()
        assert made["pin"].isdecimal()
        ipaddress.ip_address(made["ip"])
