"""Plots as inline SVG, written here: no script, no inline style, a title and a description for whoever cannot see it.

Columns over time for two series side by side, stacked for more; bars for kinds. Colours are classes of the style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pipeline.reads.plot import Plot, Series

WIDE: Final = 640
NARROW: Final = 340
"""How wide a plot is drawn for a page of two columns, and for a telephone: text is as large on both."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 26
_HEIGHT: Final = 220
_BAR: Final = 24
_NAME: Final = 105
"""A day written out is some 80 units wide."""
_LETTER: Final = 6.8
_SIDE_BY_SIDE: Final = 2
_NICE: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a plot is said: what it shows, in a sentence, and each of its labels."""

    title: str
    description: str
    say: Callable[[str], str]
    number: Callable[[float], str]


def draw(plot: Plot, words: Words, *, width: int = WIDE) -> Markup:
    """Draw a plot as wide as is asked; nothing where there is nothing to draw."""
    if plot.is_empty:
        return Markup()
    height, parts = _columns(plot, words, width) if plot.is_by_time else _bars(plot, words, width)
    head = Markup(
        '<svg class="plot w{w}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="t-{n}-{w} d-{n}-{w}" '
        'focusable="false"><title id="t-{n}-{w}">{t}</title><desc id="d-{n}-{w}">{d}</desc>'
    ).format(w=width, h=height, n=plot.name, t=words.title, d=words.description)
    return head + Markup("").join(parts) + Markup("</svg>")


def scale_of(highest: float) -> float:
    """Choose the top of a scale: the next 1, 2 or 5 of a power of ten, 1 at least."""
    power = 1.0
    while power * 10 < highest:
        power *= 10
    return next(power * step for step in _NICE if power * step >= highest)


def _columns(plot: Plot, words: Words, width: int) -> tuple[int, Iterator[Markup]]:
    return _HEIGHT, _column_parts(plot, words, width)


def _column_parts(plot: Plot, words: Words, width: int) -> Iterator[Markup]:
    is_stacked = len(plot.series) > _SIDE_BY_SIDE
    columns = list(zip(*(one.values for one in plot.series), strict=True))
    top = scale_of(max(sum(v or 0 for v in c) if is_stacked else max(v or 0 for v in c) for c in columns))
    inner, room = _HEIGHT - _TOP - _BOTTOM, (width - _LEFT - _RIGHT) / len(columns)
    for share in (0.0, 0.5, 1.0):
        y = _TOP + inner * (1 - share)
        yield _tag("line", "grid", x1=_LEFT, x2=width - _RIGHT, y1=y, y2=y)
        yield _text("tick end", _LEFT - 6, y + 4, words.number(top * share))
    every = -(-len(columns) // (width // _NAME))
    for at, column in enumerate(columns):
        x = _LEFT + room * at
        yield from _column(column, x, room, top, plot.series, words, is_stacked=is_stacked)
        if at % every == 0:
            yield _text("tick", x + room * 0.1, _HEIGHT - 8, words.say(plot.labels[at]))


def _column(
    values: Sequence[float | None], x: float, room: float, top: float, series: Sequence[Series], words: Words, *,
    is_stacked: bool,
) -> Iterator[Markup]:  # fmt: skip
    inner, foot = _HEIGHT - _TOP - _BOTTOM, float(_HEIGHT - _BOTTOM)
    width = room * 0.8 / (1 if is_stacked else len(values))
    for at, value in enumerate(values):
        high = inner * (value or 0) / top
        if high <= 0:
            continue
        y = foot - high
        left = x + room * 0.1 + (0 if is_stacked else width * at)
        yield _box(f"s{at}", left, y, width, high, f"{words.say(series[at].key)}: {words.number(value or 0)}")
        foot = y if is_stacked else foot


def _bars(plot: Plot, words: Words, width: int) -> tuple[int, Iterator[Markup]]:
    return _BAR * len(plot.labels) + 8, _bar_parts(plot, words, width)


def _bar_parts(plot: Plot, words: Words, width: int) -> Iterator[Markup]:
    (series,) = plot.series
    highest = max(value or 0 for value in series.values)
    label_width = round(width * 0.45)
    room, most = width - label_width - 48, int((label_width - 8) / _LETTER)
    for at, (code, value) in enumerate(zip(plot.labels, series.values, strict=True)):
        y, name = 4 + _BAR * at, words.say(code)
        yield _text("tick end", label_width - 8, y + 15, name if len(name) <= most else f"{name[: most - 1]}…")
        long = max(1.0, room * (value or 0) / highest) if value else 0.0
        yield _box("s0", label_width, y + 3, long, _BAR - 8, f"{name}: {words.number(value or 0)}")
        yield _text("tick", label_width + long + 6, y + 15, words.number(value or 0))


def _box(kind: str, x: float, y: float, width: float, height: float, said: str) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
    ).format(kind, x, y, width, height, said)


def _text(kind: str, x: float, y: float, said: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, said)


def _tag(name: str, kind: str, **places: float) -> Markup:
    spelled = Markup(" ").join(Markup('{}="{:.1f}"').format(key, value) for key, value in places.items())
    return Markup('<{} class="{}" {}/>').format(Markup(name), kind, spelled)  # noqa: S704 - a name of this file
