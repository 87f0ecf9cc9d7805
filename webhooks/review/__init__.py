"""The reviewers' part of the console."""

from __future__ import annotations

from webhooks.review import bulk, corrections, quality, quality_disputes, quality_results, reveals, versions

review_pages = (corrections, versions, bulk, reveals, quality, quality_results, quality_disputes)
"""Every part with routes of its own."""
