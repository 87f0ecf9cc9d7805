from __future__ import annotations


def test_rates_are_set_with_a_reason_and_results_have_their_intervals(empty):
    assert empty.refused("quality/rates", {"rate": 0.5, "second_rate": 0.1}, method="PUT") == 422
    assert empty.refused("quality/rates", {"rate": 2, "second_rate": 0, "reason": "x"}, method="PUT") == 422
    wanted = {"rate": 0.5, "second_rate": 0.25, "reason": "canary"}
    shown = {"rate": 0.5, "second_rate": 0.25, "keeps_cases": False}
    assert empty.do("quality/rates", wanted, method="PUT") == shown == empty.get("quality/rates")
    results = empty.get("quality/results?days=30")
    assert {"leak", "precision"} <= set(str(results).replace("'", " ").replace("_", " ").split())
    assert empty.get("quality/samples?state=disputed") == {"items": [], "next": None}
    assert empty.refused("quality/samples?state=nowhere", method="GET") == 422
