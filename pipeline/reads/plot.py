"""What a plot shows, as data: labels, one or more series of numbers over them, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers of one kind, one for each label of the plot; None where there is none."""

    key: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot. `labels` are first days of steps where it is by time, else codes."""

    name: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    is_by_time: bool = False
    gap: str | None = None
    """Why nothing is shown although it is asked for, such as `not_sampled`; None: what is not there did not happen."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    def plain(self) -> dict[str, object]:
        """Give it as JSON values."""
        return {
            "name": self.name,
            "unit": self.unit,
            "labels": list(self.labels),
            "series": {one.key: list(one.values) for one in self.series},
            "gap": self.gap,
        }
