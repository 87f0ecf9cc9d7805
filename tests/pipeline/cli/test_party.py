from __future__ import annotations

import pytest

from pipeline.cli.opened import open_tenant
from pipeline.cli.party import party_ref
from pipeline.model.errors import InvalidInput


def test_a_number_gives_one_reference_however_it_is_spaced(acme: str) -> None:
    with open_tenant(acme) as (base, tx):
        assert party_ref(base, tx, "+1 (212) 555-0142") == party_ref(base, tx, "+12125550142")
        assert "2125550142" not in party_ref(base, tx, "sip:2125550142@acme.example")


@pytest.mark.parametrize("number", ["+123456", "+1234567890123456", "2125550142", "sip:a b", "+0123456789"])
def test_what_is_no_number_is_refused_and_not_repeated(acme: str, number: str) -> None:
    with open_tenant(acme) as (base, tx), pytest.raises(InvalidInput, match="--party is written") as refused:
        party_ref(base, tx, number, option="--party")
    assert number not in str(refused.value)
