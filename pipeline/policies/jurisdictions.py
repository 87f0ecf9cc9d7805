"""The law of each place as rows of data, and how rows of one place are joined.

Strictness is not a scale: each row is a set of requirement tokens, and rows are joined by union. A place without a row
is unknown, and unknown asks for everything. Nothing here decides what a caller hears or how long a thing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator

UNKNOWN: Final = "unknown"
"""The candidate of a leg that could be anywhere."""

PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
REGULATED_SERVICE: Final = "regulated_service"
"""The condition of a bound that is only for tenants of a kind which the place regulates."""
_CONDITION: Final = r"^(quality_training|regulated_service|from_\d{4}-\d{2}-\d{2})$"


class Token(StrEnum):
    """One legal demand on a call."""

    NOTICE = "N"
    PURPOSES = "P"
    OPT_OUT = "O"
    BEFORE = "B"
    INSIDE = "R"
    AFFIRMATIVE = "A"
    TRAINING = "T"
    LOCAL_LANGUAGE = "L"


def in_order(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Write tokens in the order of the definition: `N P O B R A T L`."""
    present = set(tokens)
    return tuple(t for t in Token if t in present)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JoinedTokens(_Frozen):
    """Tokens asked for without a row: of every call (the floor), or of an unknown place."""

    req: tuple[Token, ...] = Field(min_length=1)
    note: StrictStr


class JurisdictionRow(_Frozen):
    """What the law of one place asks, with where that was read and how sure we are."""

    id: Annotated[StrictStr, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    parent: StrictStr | None
    rule: StrictStr
    req: tuple[Token, ...] = Field(min_length=1)
    implied: StrictStr
    beep: StrictStr
    cite: StrictStr = Field(min_length=3)
    note: StrictStr = ""
    conf: StrictStr = Field(min_length=2)
    source: StrictStr = Field(min_length=3)
    source_kind: StrictStr
    checked_on: date
    retention_cap_days: StrictInt | None
    retention_cap_applies: Annotated[StrictStr, Field(pattern=_CONDITION)] | None = None
    retention_cap_cite: StrictStr | None = None
    retention_min_days: StrictInt | None
    retention_min_applies: Annotated[StrictStr, Field(pattern=_CONDITION)] | None = None
    retention_min_cite: StrictStr | None = None
    minor_age: StrictInt | None
    minor_age_cite: StrictStr | None = None
    ai_disclosure: StrictStr | None
    ai_disclosure_cite: StrictStr | None = None

    @property
    def is_from_memory(self) -> bool:
        """Say whether any part of the row was never read in a source."""
        return "mem-" in self.conf or self.source_kind == "memory"

    def is_stale(self, on: date) -> bool:
        """Say whether the row has not been reviewed for a year."""
        return (on - self.checked_on).days > 365


class JurisdictionMatrix(_Frozen):
    """Every row, with the version that decisions and receipts name. `digest` is the sha256 of the file."""

    version: date
    digest: StrictStr
    default_unknown: JoinedTokens
    product_floor: JoinedTokens
    jurisdictions: tuple[JurisdictionRow, ...] = Field(min_length=1)
    eu_members: frozenset[str]
    """Places under the EU row even where they have no row of their own."""

    @model_validator(mode="after")
    def _rows_fit_together(self) -> JurisdictionMatrix:
        ids = [row.id for row in self.jurisdictions]
        if len(ids) != len(set(ids)):
            raise ValueError("a place has two rows")
        for row in self.jurisdictions:
            if row.parent is not None and row.parent not in ids:
                raise ValueError(f"{row.id}: its parent {row.parent} has no row")
        return self

    @cached_property
    def _by_id(self) -> Mapping[str, JurisdictionRow]:
        return {row.id: row for row in self.jurisdictions}

    def lineage(self, place: str) -> tuple[JurisdictionRow, ...]:
        """Give the rows that rule a place, its own first; empty where the place is unknown."""
        row = self._by_id.get(place)
        if row is None:
            return self.lineage("EU") if place in self.eu_members and place != "EU" else ()
        rows = [row]
        while rows[-1].parent is not None:
            rows.append(self._by_id[rows[-1].parent])
        return tuple(rows)

    def is_known(self, place: str) -> bool:
        """Say whether some row rules the place."""
        return bool(self.lineage(place))

    def tokens(self, places: Iterable[str]) -> frozenset[Token]:
        """Join the tokens of all places, of their parents, and of the product floor."""
        joined = set(self.product_floor.req)
        for place in places:
            rows = self.lineage(place)
            joined.update(token for row in rows for token in row.req)
            if not rows:
                joined.update(self.default_unknown.req)
        return frozenset(joined)

    def regulating(self) -> tuple[JurisdictionRow, ...]:
        """List the rows with a minimum that is only for services which the place regulates."""
        return tuple(row for row in self.jurisdictions if row.retention_min_applies == REGULATED_SERVICE)

    def to_review(self, on: date) -> tuple[JurisdictionRow, ...]:
        """List the rows that cannot be relied on: in part from memory, or not reviewed for a year."""
        return tuple(row for row in self.jurisdictions if row.is_from_memory or row.is_stale(on))

    def minor_age(self, places: Iterable[str]) -> int | None:
        """Give the highest age below which any of the places protects a child; None where none sets one.

        A place's own age replaces its parent's. An unknown place has the highest age of all rows.
        """
        ages = [age for place in places if (age := self._minor_age(place)) is not None]
        return max(ages, default=None)

    def _minor_age(self, place: str) -> int | None:
        rows = self.lineage(place)
        if not rows:
            return max((row.minor_age for row in self.jurisdictions if row.minor_age is not None), default=None)
        return next((row.minor_age for row in rows if row.minor_age is not None), None)
