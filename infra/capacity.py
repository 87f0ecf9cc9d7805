"""How many machines a day's calls need, from what was measured: `python infra/capacity.py` prints the table.

What was measured and what is assumed stand apart, with where each comes from.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Final

CALLS_A_DAY: Final = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Costs read off benchmarks; seconds are of one processor core."""

    bare_transcription_s: float = 3.54
    """A call minute, `base`, quiet machine."""
    line_by_bare: float = 1.73
    """The whole line with local recognisers and verification, by bare transcription (`make bench-line`)."""
    transcription_by_bare: float = 1.05
    database_s: float = 0.232
    """A call minute of calls of 39 s; the machine was busy, so it is too high."""
    requests_a_core: float = 365
    """Webhooks a second; two cores did 730, with database and load generator on them (`make bench-webhooks`)."""
    database_mb_a_call: float = 0.2
    """Rows and indexes: 1.2 MB of rows and twice as much of indexes for 14 sample calls."""
    objects_mb_a_minute: float = 3.84
    """Original and redacted PCM of two channels at 8 kHz; transcripts are small beside it."""
    objects_a_call: float = 9.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a reader may set otherwise."""

    minutes_a_call: float = 3.0
    requests_a_call: float = 8
    busiest_hour: float = 0.12
    """Share of a day's calls in its busiest hour: web and database must follow it, workers may lag behind."""
    use: float = 0.6
    """How busy a machine may be."""
    days_kept: float = 90
    cores_of_a_database: float = 64
    """Of the largest machine that one cell is given."""
    core_hour: float = 0.05
    """Dollars of a container's core with its memory; prices are from memory and were not looked up."""
    database_core_hour: float = 0.09
    object_gb_month: float = 0.023
    put: float = 0.000005


def rows(measured: Measured, assumed: Assumed) -> list[tuple[str, ...]]:
    """Give a row for each number of calls a day."""
    return [_row(calls, measured, assumed) for calls in CALLS_A_DAY]


def _row(calls: int, measured: Measured, assumed: Assumed) -> tuple[str, ...]:
    minutes = calls * assumed.minutes_a_call
    local = measured.bare_transcription_s * measured.line_by_bare
    remote = measured.bare_transcription_s * (measured.line_by_bare - measured.transcription_by_bare)
    busiest = calls * assumed.busiest_hour / 3600
    web = busiest * assumed.requests_a_call / measured.requests_a_core / assumed.use
    database = busiest * assumed.minutes_a_call * measured.database_s / assumed.use
    kept_gb = minutes * measured.objects_mb_a_minute * assumed.days_kept / 1000
    workers = math.ceil(minutes * local / 86_400 / assumed.use)
    dollars = 24 * ((workers + math.ceil(web)) * assumed.core_hour + math.ceil(database) * assumed.database_core_hour)
    dollars += kept_gb * assumed.object_gb_month / 30 + calls * measured.objects_a_call * assumed.put
    return (
        f"{calls:,}",
        _cores(minutes * local / 86_400 / assumed.use),
        _cores(minutes * remote / 86_400 / assumed.use),
        _cores(web),
        _cores(database),
        str(max(1, math.ceil(database / assumed.cores_of_a_database))),
        f"{calls * measured.database_mb_a_call / 1000:,.1f}",
        f"{kept_gb / 1000:,.1f}",
        f"{calls * measured.objects_a_call / 86_400:,.1f}",
        f"{dollars:,.0f}",
    )


def _cores(amount: float) -> str:
    return f"{max(1, math.ceil(amount)):,}"


HEADS: Final = (
    "calls a day", "worker cores, local recogniser", "worker cores, remote recogniser", "web cores", "database cores",
    "cells", "database GB a day", "objects TB kept", "objects put a second",
    "dollars a day",
)  # fmt: skip


def table() -> str:
    """Write the table."""
    lines = [HEADS, ("---",) * len(HEADS), *rows(Measured(), Assumed())]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
