"""Policies as data with a digest; code evaluates, files decide."""
