"""The reviewers' part of the console."""

from __future__ import annotations

from webhooks.review import (
    bulk,
    call,
    corrections,
    decision,
    quality,
    quality_disputes,
    quality_results,
    queue,
    reveals,
    versions,
)

review_pages = (queue, call, decision, corrections, versions, bulk, reveals, quality, quality_results, quality_disputes)
"""Every part with routes of its own."""
