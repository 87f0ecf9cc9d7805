"""How often a program may ask: a bucket that fills steadily, kept as the one moment at which it will be full again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much is allowed at once, and how often one more."""

    requests: int
    every: timedelta

    @property
    def window(self) -> timedelta:
        """How long an empty bucket takes to be full."""
        return self.requests * self.every


USUAL: Final = Allowance(requests=600, every=timedelta(milliseconds=100))
"""600 requests at once, and ten a second for as long as is wished. Our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a key stands after a request."""

    limit: int
    remaining: int
    reset_s: int
    """Whole seconds until the bucket is full."""
    retry_s: int = 0
    """Whole seconds until one more is allowed; 0 where the request was."""

    @property
    def is_refused(self) -> bool:
        """Say whether the request was one too many."""
        return self.retry_s > 0


def standing(allowance: Allowance, full_at: datetime, *, now: datetime, is_refused: bool) -> Standing:
    """Say where a key stands.

    Args:
        allowance: what is allowed.
        full_at: when its bucket will be full, this request counted where it was let through.
        now: the moment of the request.
        is_refused: whether it was let through.
    """
    used = max(full_at - now, timedelta(0))
    remaining = 0 if is_refused else max(0, math.floor((allowance.window - used) / allowance.every))
    wait = used + allowance.every - allowance.window
    return Standing(
        limit=allowance.requests,
        remaining=remaining,
        reset_s=math.ceil(used.total_seconds()),
        retry_s=max(1, math.ceil(wait.total_seconds())) if is_refused else 0,
    )
