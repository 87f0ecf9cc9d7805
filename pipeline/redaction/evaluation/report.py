"""Writes what was measured as tables (Markdown, aligned so that they also read as they are) and as plain objects.

Sources, kinds, ids, counts and shares; there is no word of a call in what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.redaction.evaluation.calibration import Calibration
from pipeline.redaction.evaluation.figures import Figures, Score
from pipeline.redaction.evaluation.intervals import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One detector's results on the same conversations as the others'."""

    name: str
    score: Score
    calibration: Calibration


def overview(measured: Sequence[Measured]) -> str:
    """Compare detectors: over all conversations, the mean over sources, and source by source."""
    head = ("", "labels", "leak %", "missed %", "word recall %", "typed %", "precision %", "calls with a leak %")
    rows = [(m.name, *_figures(m.score.overall)) for m in measured]
    rows += [
        (f"{m.name}, mean over sources", "", percent(m.score.macro.leak), "", percent(m.score.macro.recall), "", "", "")
        for m in measured
        if m.score.macro.sources
    ]
    by_source = ("source", "labels", *(f"{m.name}: {what}" for m in measured for what in ("leak %", "precision %")))
    of_sources = [
        (
            source,
            str(figures.spans),
            *(
                percent(rate)
                for m in measured
                for rate in (m.score.by_source[source].leak, m.score.by_source[source].precision)
            ),
        )
        for source, figures in measured[0].score.by_source.items()
    ]
    return "\n\n".join([table(head, rows), table(by_source, of_sources)])


def details(measured: Sequence[Measured]) -> str:
    """Tell more of the first detector: kind by kind, where it leaks most, what it hides wrongly, what scores mean."""
    first, others = measured[0], measured[1:]
    head = ("kind", "labels", "leak %", "missed %", "word recall %", "typed %", *(f"{m.name}: leak %" for m in others))
    kinds = [
        (kind, *_figures(figures)[:5], *(percent(m.score.by_kind[kind].leak) for m in others))
        for kind, figures in first.score.by_kind.items()
    ]
    worst = [
        (w.source, w.kind, f"{w.leaked} of {w.spans}", " ".join(w.ids) + (" ..." if w.calls > len(w.ids) else ""))
        for w in first.score.worst
    ]
    wrong = [(kind, str(count)) for kind, count in first.score.wrong_words.items()]
    return "\n\n".join(
        [
            table(head, kinds),
            table(("source", "kind that leaks", "labels", "conversations"), worst),
            table(("found as", "words hidden that need not be"), wrong),
            _calibration(first.calibration),
        ]
    )


def document(measured: Sequence[Measured]) -> dict[str, Any]:
    """Give everything as plain objects, by detector."""
    return {m.name: {"score": asdict(m.score), "calibration": asdict(m.calibration)} for m in measured}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table with columns of even width, the first to the left and the others to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
    return "\n".join([line(head), f"|{rule}|", *(line(row) for row in rows)])


def percent(rate: Rate) -> str:
    """Write a share in percent with its interval; a dash where there was nothing to count."""
    if rate.value is None:
        return "-"
    bounds = "" if rate.low is None or rate.high is None else f" ({100 * rate.low:.1f}–{100 * rate.high:.1f})"
    return f"{100 * rate.value:.1f}{bounds}"


def _figures(figures: Figures) -> tuple[str, ...]:
    rates = (figures.leak, figures.missed, figures.recall, figures.typed_recall)
    return (
        str(figures.spans),
        *(percent(rate) for rate in rates),
        percent(figures.precision),
        percent(figures.leaking_calls),
    )


def _calibration(calibration: Calibration) -> str:
    rows = [
        (f"{b.low:.1f}–{b.high:.1f}", str(b.count), f"{b.mean_score:.3f}", f"{b.right:.3f}")
        for b in calibration.buckets
    ]
    error = "-" if calibration.error is None else f"{calibration.error:.3f}"
    whole = ("expected calibration error", str(sum(b.count for b in calibration.buckets)), "", error)
    return table(("score", "found", "mean score", "share that touch a label"), [*rows, whole])
