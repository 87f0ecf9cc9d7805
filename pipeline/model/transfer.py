"""That the people whose account it is were told before their data goes to a new controller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNotice:
    """One notice of a merger, acquisition or sale, as it was given."""

    id: str
    controller_ref: str
    """Keyed digest of the new controller's name, which stands only sealed."""
    controller: str = field(repr=False)
    notified_on: date
    transfer_on: date
    """The day that was told; nothing goes before it."""
    notice_sha256: str
    """Digest of the notice as it was sent."""
    noted_at: datetime

    def allows(self, on: date) -> bool:
        """Say whether data may go on a day: told before it, on file before it, and not before the day that was told."""
        return self.notified_on < on and self.noted_at.date() < on and self.transfer_on <= on
