"""What a tenant's people do beside reviewing: requests, holds, deletions, what failed, policy versions, figures."""

from __future__ import annotations

from webhooks.operations import (
    correction,
    dashboard,
    deletions,
    downloads,
    hold_queries,
    holds,
    keeping,
    legal,
    policies,
    request_acts,
    requests,
    stuck,
)

operations_pages = (
    dashboard,
    stuck,
    requests,
    request_acts,
    correction,
    holds,
    hold_queries,
    legal,
    deletions,
    keeping,
    policies,
    downloads,
)
"""Every part with routes of its own."""
