"""Number words to digits: "one hundred and twenty three" 123, "nineteen" 19, "two thousand nineteen" 2019."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.redaction.normalise.tables import Tables

Read = tuple[str, int]
"""What was written, and the position after the last word used."""


def read_number(keys: Sequence[str], at: int, tables: Tables) -> Read | None:
    """Read one number from the words at `at`; pairs such as "nineteen sixty" are two numbers."""
    small = _below_hundred(keys, at, tables)
    if small is None:
        return None
    value, after, is_zero = small
    if is_zero:
        return str(value), after
    if _is(keys, after, tables.hundred):
        value, after = _add(keys, after + 1, value * 100, tables)
    elif _is(keys, after, tables.thousand) and value < 100:
        return _thousands(keys, after + 1, value, tables)
    if _is(keys, after, tables.thousand):
        return _thousands(keys, after + 1, value, tables)
    return str(value), after


def read_ordinal(keys: Sequence[str], at: int, tables: Tables) -> Read | None:
    """Read "fifth", "twenty first" or "5th"."""
    key = keys[at]
    if key in tables.ordinals:
        return str(tables.ordinals[key]), at + 1
    if key[:-2].isdecimal() and key[-2:] in tables.ordinal_suffixes:
        return key[:-2], at + 1
    if key in tables.tens:
        after = _past_dash(keys, at + 1)
        unit = tables.ordinals.get(keys[after], 0) if after < len(keys) else 0
        if 0 < unit < 10:
            return str(tables.tens[key] + unit), after + 1
    number = (key, at + 1) if key.isdecimal() and len(key) <= 2 else read_number(keys, at, tables)
    if number is None or len(number[0]) > 2 or not _is(keys, number[1], tables.ordinal_suffixes):
        return None
    # "st" is mostly a street; before a month it ends an ordinal.
    ordinal = keys[number[1]] != "st" or _is(keys, number[1] + 1, frozenset(tables.months) | tables.of_words)
    return (number[0], number[1] + 1) if ordinal else None


def _below_hundred(keys: Sequence[str], at: int, tables: Tables) -> tuple[int, int, bool] | None:
    key = keys[at]
    if key in tables.units:
        value = tables.units[key]
        return value, at + 1, value == 0
    if key in tables.teens:
        return tables.teens[key], at + 1, False
    if key not in tables.tens:
        return None
    after = _past_dash(keys, at + 1)
    unit = tables.units.get(keys[after], 0) if after < len(keys) else 0
    if unit:
        return tables.tens[key] + unit, after + 1, False
    return tables.tens[key], at + 1, False


def _add(keys: Sequence[str], at: int, value: int, tables: Tables) -> tuple[int, int]:
    """Add what follows a "hundred" or "thousand", with or without "and", if it fits below."""
    after = at + 1 if _is(keys, at, tables.joiners) else at
    rest = _below_hundred(keys, after, tables) if after < len(keys) else None
    if rest is None or rest[2] or _is(keys, rest[1], tables.hundred | tables.thousand):
        return value, at
    return value + rest[0], rest[1]


def _thousands(keys: Sequence[str], at: int, thousands: int, tables: Tables) -> Read:
    value = thousands * 1000
    after = at + 1 if _is(keys, at, tables.joiners) else at
    rest = _below_hundred(keys, after, tables) if after < len(keys) else None
    if rest is None or rest[2]:
        return str(value), at
    if _is(keys, rest[1], tables.hundred):
        total, end = _add(keys, rest[1] + 1, rest[0] * 100, tables)
        return str(value + total), end
    return str(value + rest[0]), rest[1]


def _past_dash(keys: Sequence[str], at: int) -> int:
    return at + 1 if at + 1 < len(keys) and keys[at] == "-" else at


def _is(keys: Sequence[str], at: int, words: frozenset[str]) -> bool:
    return at < len(keys) and keys[at] in words
