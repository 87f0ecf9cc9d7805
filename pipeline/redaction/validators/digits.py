"""What validators have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def are_digits(text: str, lengths: Collection[int]) -> bool:
    """Say whether a text is so many of the ten ASCII digits, and nothing else."""
    return text.isascii() and text.isdecimal() and len(text) in lengths


def weighted_sum(digits: str, weights: Sequence[int]) -> int:
    """Give the sum of digits times their weights; both are equally long."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True))


def codes(text: str) -> frozenset[str]:
    """Give the codes of a list with spaces between."""
    return frozenset(text.split())
