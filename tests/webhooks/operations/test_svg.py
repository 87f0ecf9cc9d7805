from __future__ import annotations

import re
from itertools import pairwise

import pytest

from pipeline.reads.plot import Plot, Series
from webhooks.operations.svg import Words, draw, scale_of

WORDS = Words(title="A <b>title</b>", description="Said", say=lambda code: f"<{code}>", number=lambda n: f"{n:g}")


def plot(*values, by_time=True, labels=("2026-11-20", "2026-11-21")) -> Plot:
    series = tuple(Series(key=f"k{n}", values=one) for n, one in enumerate(values))
    return Plot(name="x", unit="calls", labels=labels, series=series, is_by_time=by_time)


def boxes(drawn: str) -> list[tuple[str, float, float, float, float]]:
    found = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn)
    return [(kind, *map(float, numbers)) for kind, *numbers in found]


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (4999, 5000), (5001, 10000)])
def test_a_scale_ends_at_a_round_number_above_everything(highest, top):
    assert scale_of(highest) == top


def test_what_is_drawn_is_what_was_counted_and_lies_inside():
    found = boxes(draw(plot((1, 4), (2, 0), (3, 0)), WORDS))
    heights = {kind: [h for k, *_, h in found if k == kind] for kind in ("s0", "s1", "s2")}
    unit = heights["s0"][0]
    assert [round(h / unit, 2) for h in (*heights["s0"], *heights["s1"], *heights["s2"])] == pytest.approx(
        [1, 4, 2, 3], abs=0.02
    )
    assert all(x >= 0 and y >= 0 and x + w <= 640 and y + h <= 220 for _, x, y, w, h in found)
    first = [(y, h) for _, x, y, _, h in found if x < 320]
    assert all(abs((y + h) - below) < 0.2 for (below, _), (y, h) in pairwise(first))


def test_two_series_stand_side_by_side():
    (_, left, *_), (_, right, *_) = boxes(draw(plot((2,), (2,), labels=("2026-11-20",)), WORDS))
    assert right > left


def test_kinds_are_bars_with_their_numbers():
    drawn = draw(plot((5, 10), by_time=False, labels=("PERSON", "URL")), WORDS)
    (_, _, _, half, _), (_, _, _, whole, _) = boxes(drawn)
    assert abs(whole - 2 * half) < 0.2
    assert ">10</text>" in drawn


def test_nothing_said_becomes_markup_and_nothing_is_styled_inline():
    drawn = draw(plot((1, 2)), WORDS)
    assert "<b>" not in drawn
    assert "&lt;k0&gt;" in drawn
    assert "style" not in drawn
    assert drawn.startswith('<svg class="plot w640"')


def test_where_there_is_nothing_nothing_is_drawn():
    assert draw(plot((0, 0)), WORDS) == ""
    assert draw(Plot(name="x", unit="y", labels=(), series=()), WORDS) == ""
