from __future__ import annotations

from collections.abc import Collection
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.validators import aba_routing, card, iban, luhn

CARDS = [
    "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005", "371449635398431",
    "6011111111111117", "30569309025904", "38520000023237", "3530111333300000", "6200000000000005", "6759649826438453",
]  # fmt: skip
"""Test numbers that card networks and payment processors publish."""


@pytest.mark.parametrize("digits", CARDS)
def test_published_test_cards_of_every_network_are_cards(digits: str) -> None:
    assert card(digits)


@pytest.mark.parametrize(
    "digits",
    ["4111111111111112", "9111111111111119", "411111111111116", "1000000000000008", "378282246310005 ", "", "4"],
)
def test_another_prefix_length_or_check_digit_is_no_card(digits: str) -> None:
    assert not card(digits)


LENGTHS = {
    "4": {13, 16, 19}, "51": {16}, "55": {16}, "2221": {16}, "2720": {16}, "34": {15}, "37": {15},
    "300": range(14, 20), "305": range(14, 20), "36": range(14, 20), "38": range(14, 20), "39": range(14, 20),
    "3528": range(16, 20), "3589": range(16, 20), "6011": range(16, 20), "644": range(16, 20), "659": range(16, 20),
    "62": range(16, 20), "60": {16}, "81": {16}, "82": {16}, "508": {16},
    "5018": range(12, 20), "5020": range(12, 20), "5038": range(12, 20), "5893": range(12, 20), "6304": range(12, 20),
    "6390": range(12, 20), "6759": range(12, 20), "6761": range(12, 20), "6763": range(12, 20), "67": range(16, 20),
    "5019": {16}, "2200": range(16, 20), "2204": range(16, 20),
    # What lies just outside the rows, and what the whole of Maestro's own range once took in.
    "50": (), "56": (), "2220": (), "2721": (), "35": (), "306": (), "3527": (), "3590": (), "61": (), "643": (),
    "66": (), "6764": range(16, 20), "68": (), "69": (), "80": (), "83": (), "2199": (), "2205": (), "1": (), "7": (),
}  # fmt: skip
"""How long cards that begin so are: the ends of each row of issuers."""


@pytest.mark.parametrize(("prefix", "lengths"), LENGTHS.items())
def test_a_card_has_a_length_of_its_issuers(prefix: str, lengths: Collection[int]) -> None:
    stems = {length: prefix.ljust(length - 1, "0") for length in range(10, 22)}
    made = {length: stem + next(d for d in "0123456789" if luhn(stem + d)) for length, stem in stems.items()}
    assert {length for length, digits in made.items() if card(digits)} == set(lengths)


def test_few_numbers_of_twelve_digits_prove_as_cards() -> None:
    """One in a hundred did, when all that begins with 5 or 6 was Maestro's."""
    rng = Random(6)
    said = [f"{rng.randrange(10**11, 10**12)}" for _ in range(20_000)]
    assert sum(card(digits) for digits in said) < len(said) / 1_000


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 15), st.integers(1, 9))
def test_luhn_catches_every_single_wrong_digit(stem: str, at: int, by: int) -> None:
    check = next(d for d in "0123456789" if luhn(stem + d))
    digits = list(stem + check)
    digits[at] = str((int(digits[at]) + by) % 10)
    assert not luhn("".join(digits))


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14))
def test_luhn_catches_two_neighbours_that_changed_places_but_for_0_and_9(stem: str, at: int) -> None:
    digits = stem + next(d for d in "0123456789" if luhn(stem + d))
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    same = digits[at] == digits[at + 1] or {digits[at], digits[at + 1]} == {"0", "9"}
    assert luhn(swapped) is same


IBANS = [
    "GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S", "ES9121000418450200051332", "IE29AIBK93115212345678",
]  # fmt: skip
"""Examples of SWIFT's registry."""


@pytest.mark.parametrize("code", IBANS)
def test_examples_of_the_registry_are_ibans_in_either_case(code: str) -> None:
    assert iban(code)
    assert iban(code.lower())


@given(st.sampled_from(IBANS), st.integers(4, 14), st.integers(1, 9))
def test_one_changed_digit_is_no_iban(code: str, at: int, by: int) -> None:
    if code[at].isdecimal():
        assert not iban(code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :])


def test_an_iban_has_the_length_of_its_country() -> None:
    rearranged = "WEST1234569876543GB00"
    check = 98 - int("".join(str(int(c, 36)) for c in rearranged)) % 97
    assert not iban(f"GB{check:02}WEST1234569876543")
    assert not iban("XX82WEST12345698765432")


@pytest.mark.parametrize("digits", ["111000025", "021000021", "121042882", "011401533"])
def test_published_routing_numbers_are_routing_numbers(digits: str) -> None:
    assert aba_routing(digits)


@given(st.sampled_from(["111000025", "021000021", "121042882"]), st.integers(0, 8), st.integers(1, 9))
def test_one_changed_digit_is_no_routing_number(digits: str, at: int, by: int) -> None:
    assert not aba_routing(digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :])


@pytest.mark.parametrize("digits", ["000000000", "500000005", "12345678", "12100024a"])
def test_a_prefix_of_no_district_is_no_routing_number(digits: str) -> None:
    assert not aba_routing(digits)
