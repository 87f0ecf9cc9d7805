"""Evidence of consent for tests that take earlier recordings in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.model.evidence import read_evidence

HEAD = "recording,leg,purpose,outcome,method,given_on,reference,recorded_at\n"
LONG_AGO = "2026-01-01"
REFERENCE = "canary cabinet, box 7"


def line(
    recording: str, outcome: str = "granted", *, given_on: str = LONG_AGO, leg: str = "caller", recorded_at: str = ""
) -> str:
    """One line for all four purposes."""
    return f'{recording},{leg},all,{outcome},prior_written,{given_on},"{REFERENCE}",{recorded_at}\n'


def evidence(*lines: str):
    """A file of evidence, read."""
    return read_evidence((HEAD + "".join(lines)).encode(), now=datetime.now(UTC) + timedelta(days=1))
