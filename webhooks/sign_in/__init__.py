"""Coming in and going out: log-in, the first password, one's own account, and who the people of a tenant are."""

from __future__ import annotations

from webhooks.sign_in import account, oidc, page, provider, users

sign_in_pages = (page, oidc, account, users, provider)
"""Every part with routes of its own."""
