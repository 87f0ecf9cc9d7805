from __future__ import annotations


def test_every_figure_and_each_by_name(empty):
    whole = empty.get("figures?since=2026-11-01&until=2026-11-21")
    assert whole["now"]["recordings"] == 0
    first = whole["plots"][0]
    assert empty.get(f"figures/{first['name']}?since=2026-11-01&until=2026-11-21") == first
    assert empty.refused("figures/none", method="GET") == 404
    assert empty.refused("figures?since=yesterday", method="GET") == 422
