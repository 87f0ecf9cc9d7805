"""Labelled calls of our own, to measure detection and redaction with: written by hand, all people invented."""
