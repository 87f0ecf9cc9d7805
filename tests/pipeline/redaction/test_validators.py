from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction import validators

ALL = [getattr(validators, name) for name in validators.__all__]


@given(st.text(max_size=25) | st.text("0123456789", max_size=20) | st.text("ABCZ0123456789", max_size=20))
def test_every_validator_answers_any_text(code: str) -> None:
    assert all(isinstance(is_valid(code), bool) for is_valid in ALL)


@pytest.mark.parametrize("is_valid", ALL, ids=lambda f: f.__name__)
def test_every_validator_names_its_source(is_valid: object) -> None:
    assert "Source:" in (inspect.getdoc(is_valid) or "")


@pytest.mark.parametrize("is_valid", ALL, ids=lambda f: f.__name__)
def test_digits_of_other_scripts_and_nothing_at_all_are_not_valid(is_valid: object) -> None:
    assert callable(is_valid)
    assert not any(is_valid(code) for code in ("", "٤١١١١١١١١١١١١١١١", "９４３４７６５９１９", " "))
