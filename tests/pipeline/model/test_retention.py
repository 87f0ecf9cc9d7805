from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.decision_terms import Clause
from pipeline.model.retention import Bound, RetentionBasis, keep_until

CLAUSE = Clause(document="d", section="1", key="k")


def bound(basis: RetentionBasis, day: int | None) -> Bound:
    return Bound(on=None if day is None else date(2027, 1, day), basis=basis, clause=CLAUSE)


PLAN, CAP = RetentionBasis.POLICY, RetentionBasis.JURISDICTION_CAP
MINIMUM, EVENT = RetentionBasis.JURISDICTION_MINIMUM, RetentionBasis.DELETION_REQUEST


@pytest.mark.parametrize(
    ("plan", "events", "caps", "minimums", "day", "basis"),
    [
        (10, (), (), (), 10, PLAN),
        (None, (), (), (), None, PLAN),
        (None, (), (20,), (), 20, CAP),
        (10, (), (20,), (), 10, PLAN),
        (10, (), (20, 5), (), 5, CAP),
        (10, (3,), (5,), (), 3, EVENT),
        (10, (12,), (), (), 10, PLAN),
        (10, (), (), (20, 15), 20, MINIMUM),
        (10, (), (), (5,), 10, PLAN),
        (10, (3,), (), (20,), 20, MINIMUM),
        (None, (), (), (20,), None, PLAN),
        (10, (10,), (10,), (10,), 10, EVENT),
        (10, (), (10,), (10,), 10, CAP),
    ],
)
def test_the_formula_of_retention(
    plan: int | None, events: tuple[int, ...], caps: tuple[int, ...], minimums: tuple[int, ...], day: int | None,
    basis: RetentionBasis,
) -> None:  # fmt: skip
    chosen = keep_until(
        bound(PLAN, plan),
        events=tuple(bound(EVENT, d) for d in events),
        caps=tuple(bound(CAP, d) for d in caps),
        minimums=tuple(bound(MINIMUM, d) for d in minimums),
    )

    assert chosen == bound(basis, day)


days = st.lists(st.integers(1, 28), max_size=3)


@given(plan=st.none() | st.integers(1, 28), events=days, caps=days, minimums=days, more=st.integers(1, 28))
def test_another_event_or_cap_never_lengthens_and_another_minimum_never_shortens(
    plan: int | None, events: list[int], caps: list[int], minimums: list[int], more: int
) -> None:
    def until(events: list[int], caps: list[int], minimums: list[int]) -> date:
        return keep_until(
            bound(PLAN, plan),
            events=tuple(bound(EVENT, d) for d in events),
            caps=tuple(bound(CAP, d) for d in caps),
            minimums=tuple(bound(MINIMUM, d) for d in minimums),
        ).reach

    before = until(events, caps, minimums)
    assert until([*events, more], caps, minimums) <= before
    assert until(events, [*caps, more], minimums) <= before
    assert until(events, caps, [*minimums, more]) >= before
