"""What a tenant has on file about a company that receives data: proof, with a date and an end, that it may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorEvidence:
    """One entry of a tenant's registry of processors; the newest of a company is in force."""

    name: str
    """The company, as policies list it."""
    contract: str
    """Reference of the contract that binds it, such as a number in the tenant's own files."""
    training_off_by: str
    """How it is made sure that it does not train for itself: a clause, a setting, a request parameter."""
    regions: tuple[str, ...]
    """Families of regions that the contract names."""
    keeps_days: int | None
    """How long it keeps what it is sent, 0 for not at all; None where it does not say."""
    evidence_on: date
    """The day the evidence is of."""
    expires_on: date
    """From this day on it proves nothing any more."""

    def is_in_force(self, on: date) -> bool:
        """Say whether it proves anything on a day."""
        return self.evidence_on <= on < self.expires_on


def is_proved(name: str, registry: Iterable[ProcessorEvidence], *, on: date) -> bool:
    """Say whether what is on file about a company proves anything on a day."""
    entry = evidence_of(name, registry)
    return entry is not None and entry.is_in_force(on)


def evidence_of(name: str, registry: Iterable[ProcessorEvidence]) -> ProcessorEvidence | None:
    """Find a company's entry."""
    return next((entry for entry in registry if entry.name == name), None)
