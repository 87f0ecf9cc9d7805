from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.model.consent import Outcome, Purpose
from pipeline.policies.case import Case, after, make_case, moment_to_day
from pipeline.policies.facts import ChildSign, ChildSignal, Facts
from pipeline.policies.jurisdictions import Token
from pipeline.policies.loader import load_bundle, load_matrix
from tests.pipeline.policies.cases import CAPTURED, a_leg, answering, facts, with_events, with_legs


def case(given: Facts, policy: str = "nejix") -> Case:
    return make_case(given, load_bundle(policy), load_matrix())


def test_a_call_without_legs_and_a_leg_without_places_are_unknown() -> None:
    assert case(with_legs(facts())).places == ("unknown",)
    assert case(with_legs(facts(), a_leg(candidates=()))).places == ("unknown",)


def test_the_establishment_adds_to_the_legs_and_replaces_nothing() -> None:
    joined = case(with_legs(facts(), a_leg("US-WA"), added_places=("DE",)))

    assert joined.places == ("US-WA", "DE")
    assert {Token.INSIDE, Token.AFFIRMATIVE} <= joined.tokens


def test_every_row_that_rules_is_listed_once_with_its_parents() -> None:
    assert [row.id for row in case(with_legs(facts(), a_leg("DE"), a_leg("FR"))).rows] == ["DE", "EU", "FR"]


def test_somebody_unknown_may_be_at_any_place_that_is_asked_about() -> None:
    assert case(with_legs(facts(), a_leg("unknown"))).touches(("EU",))
    assert not case(with_legs(facts(), a_leg("unknown"))).touches(())
    assert not case(with_legs(facts(), a_leg("NZ"))).touches(("EU",))
    assert case(with_legs(facts(), a_leg("NO"))).touches(("EU",))


@pytest.mark.parametrize(("policy", "place", "age"), [("nejix", "NZ", 13), ("nejix", "DE", 16), ("connekz", "DE", 18)])
def test_the_higher_age_of_policy_and_place_counts(policy: str, place: str, age: int) -> None:
    assert case(with_legs(facts(), a_leg(place)), policy).minor_age == age


def test_a_sign_without_an_age_is_a_child_and_an_adults_age_is_none() -> None:
    signs = tuple(ChildSignal(sign=ChildSign.STATED_AGE, age=age, on=CAPTURED.date()) for age in (None, 40, 12))

    assert [s.age for s in case(with_events(facts(), child_signals=signs)).children] == [None, 12]


def test_the_first_day_of_withdrawal_is_found_among_the_purposes_asked_for() -> None:
    given = with_legs(facts(), answering(Purpose.STORE, Outcome.WITHDRAWN, at=CAPTURED))

    assert case(given).withdrawn_on((Purpose.STORE,)) == CAPTURED.date()
    assert case(given).withdrawn_on((Purpose.TRAIN,)) is None


def test_counting_days_stops_at_the_end_of_the_calendar() -> None:
    assert after(date(2027, 1, 31), 1) == date(2027, 2, 1)
    assert after(date.max, 30) == date.max
    assert after(date(2027, 1, 1), 10**9) == date.max


def test_days_are_counted_in_utc() -> None:
    east = timezone(timedelta(hours=13))

    assert moment_to_day(datetime(2027, 3, 2, 1, tzinfo=east)) == date(2027, 3, 1)
    assert moment_to_day(datetime.max.replace(tzinfo=timezone(-timedelta(hours=5)))) == date.max
    assert moment_to_day(datetime.min.replace(tzinfo=UTC)) == date.min
