from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.interval import Interval
from pipeline.model.user import Role
from pipeline.store.quality_rates import QualityRates, find_rates
from tests.conftest import make_tenant
from tests.webhooks.review.quality_desk import desk as desk
from tests.webhooks.review.quality_desk import words_of
from webhooks.review.quality_results import bar_of


@pytest.fixture
def boss(desk):
    return desk.seat("boss", Role.TENANT_ADMIN)


def test_results_say_what_they_rest_on_and_that_it_is_not_enough(desk, boss):
    for name in ("ada", "ben"):
        desk.seat(name, Role.REVIEWER).reads(marks=(desk.mark,))
    page = boss.get("/review/quality/results")
    said = words_of(page.text)
    assert "1 of 3 personal places were not hidden, in 1 calls." in said
    assert "not enough" in said
    assert page.text.count("<svg") == 7
    found = boss.get("/review/quality/results.json?days=30").json()
    assert (found["over_all"]["leak"]["part"], found["over_all"]["leak"]["whole"]) == (1, 3)
    assert found["readers"]["calls"] == 1
    assert (found["tenant"], "canaryname" in page.text) == ("acme", False)


def test_an_empty_period_says_so_and_what_is_unset_too(desk, boss):
    assert "No call of this period has been read yet" in words_of(boss.get("/review/quality/results").text)
    assert boss.get("/review/quality/results?days=0").status_code == 422


def test_an_administrator_sets_the_rates_with_a_reason(desk, boss):
    done = boss.post("/review/quality/rates", rate="2.5", second_rate="10", keeps_cases="yes", reason="canary reason")
    assert done.status_code == 303
    with desk.line.tx() as tx:
        assert find_rates(tx) == QualityRates(rate=250, second_rate=1000, keeps_cases=True)
    assert "canary reason" in boss.get("/review/quality/results").text
    refused = boss.post("/review/quality/rates", rate="3", second_rate="0", reason=" ")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert boss.post("/review/quality/rates", rate="101", second_rate="0", reason="x").status_code == 422


def test_others_look_or_not_and_nobody_else_sets_a_rate(desk):
    auditor, reader = desk.seat("cy", Role.AUDITOR), desk.seat("ada", Role.REVIEWER)
    page = auditor.get("/review/quality/results")
    assert (page.status_code, "Put in force" in page.text) == (200, False)
    assert reader.get("/review/quality/results").status_code == 403
    for seat in (auditor, reader):
        assert seat.post("/review/quality/rates", rate="3", second_rate="0", reason="x").status_code == 403


def test_another_tenants_figures_are_its_own(desk, database):
    desk.seat("ada", Role.REVIEWER).reads()
    make_tenant(database, desk.context.keys, "other")
    eve = desk.seat("eve", *Role, tenant="other")
    found = eve.get("/review/quality/results.json").json()
    assert (found["tenant"], found["samples"]["drawn"], found["rate"]) == ("other", 0, 0)


@given(st.tuples(*[st.floats(0, 1)] * 3).map(sorted), st.sampled_from([0.05, 0.25, 1.0]))
def test_a_bar_stays_within_its_drawing_and_is_always_seen(bounds, scale):
    low, value, high = bounds
    bar = bar_of(Interval(low=low, high=high), value, scale)
    assert 0 <= bar["x"] <= 200
    assert bar["width"] >= 2
    assert 0 <= bar["value"] <= 200
    assert bar_of(None, None, scale) is None
