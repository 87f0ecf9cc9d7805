"""What a telephone number says of where its owner might be: three tables, read once.

They hold only what was read in a numbering plan. A code that is not listed is not a place.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.errors import InvalidInput

_GEOGRAPHIC: Final = "geographic"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCode:
    """A North American area code; `regions` is empty unless it belongs to a place."""

    npa: str
    kind: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AustralianPrefix:
    """A leading part of Australian numbers, digits with country code; no states means no geography."""

    digits: str
    kind: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTables:
    """Sentinels of withheld callers (digits), North American area codes, Australian prefixes (longest first)."""

    withheld: Mapping[str, str]
    area_codes: Mapping[str, AreaCode]
    australia: tuple[AustralianPrefix, ...]


def read_withheld(text: str) -> dict[str, str]:
    """Read the numbers that networks send instead of a withheld one: digits to the word on the keypad."""
    return {row["digits"]: row["word"] for row in _rows(text, "digits", "word")}


def read_area_codes(text: str) -> dict[str, AreaCode]:
    """Read the North American table. Only geographic codes carry regions; one code may lie in several."""
    table: dict[str, AreaCode] = {}
    for row in _rows(text, "npa", "country", "region", "kind"):
        regions = tuple(row["region"].split("|")) if row["kind"] == _GEOGRAPHIC and row["region"] else ()
        table[row["npa"]] = AreaCode(npa=row["npa"], kind=row["kind"], regions=regions)
    return table


def read_australia(text: str) -> tuple[AustralianPrefix, ...]:
    """Read the Australian rows that decide: whole area codes and services, not the finer prefixes within them."""
    rows = [
        AustralianPrefix(
            digits=row["e164_prefix"].removeprefix("+"),
            kind=row["kind"],
            states=tuple(row["states"].split("|")) if row["states"] else (),
        )
        for row in _rows(text, "e164_prefix", "states", "level", "kind")
        if row["level"] in {"area_code", "service"}
    ]
    return tuple(sorted(rows, key=lambda r: (-len(r.digits), r.digits)))


def _rows(text: str, *columns: str) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text))
    if not set(columns) <= set(reader.fieldnames or ()):
        raise InvalidInput(f"number table: columns {', '.join(columns)} are needed")
    return list(reader)
