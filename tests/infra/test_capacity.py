from __future__ import annotations

from pathlib import Path

from infra import capacity

TOLD = Path(capacity.__file__).with_name("capacity.md").read_text(encoding="utf-8")


def test_the_table_that_is_told_is_the_one_that_is_reckoned():
    assert capacity.table() in TOLD


def test_more_calls_need_no_fewer_machines_and_a_dearer_line_more():
    few, _, many = capacity.rows(capacity.Measured(), capacity.Assumed())
    assert all(float(a.replace(",", "")) <= float(b.replace(",", "")) for a, b in zip(few, many, strict=True))
    dear = capacity.rows(capacity.Measured(line_by_bare=3), capacity.Assumed())[2]
    assert float(dear[1].replace(",", "")) > float(many[1].replace(",", ""))
