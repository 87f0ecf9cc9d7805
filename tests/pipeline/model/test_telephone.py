from __future__ import annotations

import pytest

from pipeline.model.telephone import is_e164


@pytest.mark.parametrize("number", ["+1234567", "+12125550142", "+123456789012345"])
def test_a_number_is_a_plus_and_seven_to_fifteen_digits(number: str) -> None:
    assert is_e164(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "+123456",
        "+1234567890123456",
        "12125550142",
        "+02125550142",
        "+1 212 555 0142",
        "+12125550142\n",
        "+1212555014٢",
    ],
)
def test_what_is_written_otherwise_is_no_number(number: str) -> None:
    assert not is_e164(number)
