"""What the network vouches for about a caller's number lowers nothing that the number's own place asks for."""

from __future__ import annotations

import pytest

from pipeline.store.calls import find_call_by_sid, list_legs

VERDICTS = (
    "TN-Validation-Passed-A", "TN-Validation-Passed-B", "TN-Validation-Passed-C", "TN-Validation-Failed-A",
    "No-TN-Validation", "", "a word of tomorrow",
)  # fmt: skip


def law_of(stage, owner, caller: str, **fields: str) -> tuple[object, ...]:
    call = stage.call(owner)
    call.ring(caller, **fields)
    with stage.context.database.transaction(owner.id) as tx:
        found = find_call_by_sid(tx, call.call_sid)
        candidates = tuple((leg.role.value, leg.candidates) for leg in list_legs(tx, found.id))
        return (found.tokens, found.mode, found.locale, candidates)


@pytest.mark.parametrize("caller", ["+12125550142", "+12065550142", "+266696687", "+493023125000"])
def test_no_verdict_on_a_number_changes_what_its_call_must_do(stage, caller):
    owner = stage.tenant()
    plain = law_of(stage, owner, caller)
    for verdict in VERDICTS:
        assert law_of(stage, owner, caller, StirVerstat=verdict) == plain


def test_a_place_the_network_derived_from_the_number_only_adds(stage):
    owner = stage.tenant()
    plain = law_of(stage, owner, "+12125550142")
    added = law_of(stage, owner, "+12125550142", FromCountry="US", FromState="WA")
    assert set(plain[0]) <= set(added[0])
    assert "R" in added[0]
