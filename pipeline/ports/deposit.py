"""Where files lie ready to be taken in: another's folder or bucket, which is read and never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositedFile:
    """One file. Its name may hold anything, such as a person's number, so it shows nowhere."""

    name: str = field(repr=False)
    size_bytes: int


class Deposit(Protocol):
    """A place with files.

    Raises, in every method:
        StoreUnreachable: time-out, 5xx, no connection: worth another attempt.
        StoreDenied: it may not be read.
    """

    def list_files(self) -> Iterator[DepositedFile]:
        """List every file in ascending order of its name; links are not followed out of the place.

        Raises:
            NotFound: there is no such place.
        """
        ...

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """Read a whole file.

        Raises:
            NotFound: there is no such file (any more).
            InvalidInput: it is larger than `most_bytes`, or its name leads out of the place.
        """
        ...
