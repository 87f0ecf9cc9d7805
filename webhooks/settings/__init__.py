"""The pages on which a tenant is set up."""

from __future__ import annotations

from webhooks.settings import (
    announcements,
    choices,
    connection,
    drafts,
    keys,
    overview,
    policies,
    servers,
    simulator,
    start,
)

settings_pages = (overview, choices, announcements, policies, connection, servers, keys, drafts, simulator, start)
"""Every part with routes of its own."""
