from __future__ import annotations

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.redaction.placeholder import HASH_LENGTH, PLACEHOLDER, bare_encrypted, encrypted, hashed, label

TYPES = st.sampled_from(EntityType)
BASE64 = st.text("AZaz09_-", min_size=64, max_size=99)


def is_ours(shown: str) -> bool:
    return re.fullmatch(PLACEHOLDER, f"[{shown}]") is not None


@given(TYPES, st.integers(0, 99_999), st.binary(), BASE64)
def test_whatever_is_written_is_known_again(type: EntityType, number: int, said: bytes, cipher: str) -> None:
    assert is_ours(type.value)
    assert is_ours(label(type, number))
    assert is_ours(hashed(type, sha256(said).hexdigest()))
    assert is_ours(encrypted(type, f"{cipher}=="))
    assert bare_encrypted(encrypted(type, f"{cipher}==")) == f"{cipher}=="


@given(TYPES, st.integers(1000), st.sampled_from("_:~"))
def test_no_number_of_four_digits_or_more_has_the_form(type: EntityType, number: int, sign: str) -> None:
    assert not is_ours(f"{type.value}{sign}{number}")
    assert not is_ours(f"{type.value}{sign}0{number}")


@pytest.mark.parametrize("iban", ["be68539007547034", "ad68539007547034"])
def test_no_iban_as_long_as_a_hash_has_its_form(iban: str) -> None:
    assert len(iban) == HASH_LENGTH
    assert not is_ours(f"IBAN_CODE:{iban}")


def test_of_a_digest_the_first_part_is_used_that_no_number_has() -> None:
    assert hashed(EntityType.PIN, "0" * 14 + "ab" + "c" * 48) == "PIN:" + "0" * 14 + "ab"
    assert hashed(EntityType.PIN, "ab" + "0" * 20 + "c" * 42) == "PIN:" + "0" * 15 + "c"


def test_a_thousandth_person_has_a_label_that_is_nobodys_number() -> None:
    assert [label(EntityType.PERSON, number) for number in (1, 999, 1000)] == ["PERSON_1", "PERSON_999", "PERSON_n1000"]
