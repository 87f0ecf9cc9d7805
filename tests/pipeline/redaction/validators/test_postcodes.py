from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.redaction.validators import au_postcode, ca_postcode, gb_postcode, in_pin_code, nz_postcode, us_zip


@pytest.mark.parametrize(
    "code",
    ["M11AA", "M601NW", "CR26XH", "DN551PT", "W1A1HQ", "EC1A1BB", "SW1A1AA", "GIR0AA", "BT11AA", "gy11aa", "e1w1aa"],
)
def test_every_form_of_a_uk_postcode_is_one(code: str) -> None:
    assert gb_postcode(code)


@pytest.mark.parametrize(
    "code",
    ["ZZ11AA", "QA11AA", "VB11AA", "AA11AA", "SW1C1AA", "W1I1HQ", "EC1A1CB", "M11AO", "M1AA", "M1001AA", "12345", ""],
)
def test_an_area_or_letter_that_is_not_used_makes_no_uk_postcode(code: str) -> None:
    assert not gb_postcode(code)


@pytest.mark.parametrize(
    ("is_valid", "code", "expected"),
    [
        (us_zip, "90210", True),
        (us_zip, "00501", True),
        (us_zip, "902101234", True),
        (us_zip, "00500", False),
        (us_zip, "99999", False),
        (us_zip, "9021", False),
        (ca_postcode, "K1A0B1", True),
        (ca_postcode, "h0h0h0", True),
        (ca_postcode, "Z1A0B1", False),
        (ca_postcode, "K1D0B1", False),
        (au_postcode, "2000", True),
        (au_postcode, "0800", True),
        (au_postcode, "0200", True),
        (au_postcode, "0400", False),
        (au_postcode, "20000", False),
        (nz_postcode, "0110", True),
        (nz_postcode, "9893", True),
        (nz_postcode, "0100", False),
        (nz_postcode, "9999", False),
        (in_pin_code, "110001", True),
        (in_pin_code, "560001", True),
        (in_pin_code, "900056", True),
        (in_pin_code, "010001", False),
        (in_pin_code, "290001", False),
        (in_pin_code, "11000", False),
    ],
)
def test_postal_codes_of_other_countries(is_valid: Callable[[str], bool], code: str, expected: bool) -> None:
    assert is_valid(code) is expected
