"""Audited views."""
