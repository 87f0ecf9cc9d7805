"""Number words to digits: "one hundred and twenty three" 123, "nineteen" 19, "two thousand nineteen" 2019."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.redaction.normalise.language import Tables

Read = tuple[str, int]
"""What was written, and the position after the last word used."""
_Value = tuple[int, int]
"""A number, and the position after the last word used."""


def read_number(keys: Sequence[str], at: int, tables: Tables) -> Read | None:
    """Read one number from the words at `at`; pairs such as "nineteen sixty" are two numbers."""
    head = _below_thousand(keys, at, tables)
    if head is None:
        if _is(keys, at, tables.thousand) and tables.thousand_alone:
            head = 1, at
        else:
            return _article(keys, at, tables)
    value, after = head
    if value and _is(keys, after, tables.thousand):
        value, after = _rest(keys, after + 1, value * 1000, tables)
    return str(value), after


def read_figure(keys: Sequence[str], at: int, tables: Tables) -> tuple[str, int, bool] | None:
    """Read an ordinal or else a number: what is written, the position after it, and whether it is an ordinal."""
    key = keys[at]
    if key in tables.ordinals:
        return str(tables.ordinals[key]), at + 1, True
    if key[0].isdecimal() and not key.isdecimal():
        return key.rstrip("".join(tables.glued_suffixes)), at + 1, True
    number = read_number(keys, at, tables)
    if number is None:
        if not key.isdecimal():
            return None
        number = key, at + 1
    ordinal = _as_ordinal(keys, number, tables)
    return (*number, False) if ordinal is None else (*ordinal, True)


def _as_ordinal(keys: Sequence[str], number: Read, tables: Tables) -> Read | None:
    """Read on from a number to the ordinal it begins, if it does."""
    digits, after = number
    if after >= len(keys) or len(digits) > 3:
        return None
    added = _ordinal_after(keys, int(digits), after, tables)
    if added is not None:
        return str(added[0]), added[1]
    if len(digits) > 2 or keys[after] not in tables.ordinal_suffixes:
        return None
    months = tables.months.keys() | tables.of_words
    wanting = keys[after] in tables.suffixes_before_months and not _is(keys, after + 1, months)
    return None if wanting else (digits, after + 1)


def _ordinal_after(keys: Sequence[str], number: int, after: int, tables: Tables) -> _Value | None:
    """Add the ordinal that ends a number: "twenty" and "first", "one hundred" and "twenty first"."""
    if number % 10 or not number or keys[after - 1].isdecimal():
        return None
    joiners = tables.tens_links if number % 100 else tables.joiners
    at = after + 1 if _is(keys, after, joiners) else after
    unit = tables.ordinals.get(keys[at], 0) if at < len(keys) else 0
    room = 10 if number % 100 else 100
    return (number + unit, at + 1) if 0 < unit < room else None


def _article(keys: Sequence[str], at: int, tables: Tables) -> Read | None:
    """Read "a hundred and five", "a thousand"."""
    if keys[at] not in tables.articles:
        return None
    if _is(keys, at + 1, tables.hundred):
        value, after = _add(keys, at + 2, 100, tables)
    elif _is(keys, at + 1, tables.thousand):
        value, after = _rest(keys, at + 2, 1000, tables)
    else:
        return None
    return str(value), after


def _below_thousand(keys: Sequence[str], at: int, tables: Tables) -> _Value | None:
    if keys[at] in tables.hundreds:
        return _add(keys, at + 1, tables.hundreds[keys[at]], tables)
    small = _below_hundred(keys, at, tables)
    if small is None and keys[at].isdecimal():
        return _written(keys, at, tables)
    if small is not None and small[0] and _is(keys, small[1], tables.hundred):
        return _add(keys, small[1] + 1, small[0] * 100, tables)
    return small


def _written(keys: Sequence[str], at: int, tables: Tables) -> _Value | None:
    """Read written digits that a said hundred or thousand follows: "19 hundred", "2 thousand 19"."""
    if keys[at].startswith("0"):
        return None
    if len(keys[at]) <= 2 and _is(keys, at + 1, tables.hundred):
        return _add(keys, at + 2, int(keys[at]) * 100, tables)
    return (int(keys[at]), at + 1) if len(keys[at]) <= 3 and _is(keys, at + 1, tables.thousand) else None


def _below_hundred(keys: Sequence[str], at: int, tables: Tables) -> _Value | None:
    key = keys[at]
    if key in tables.units:
        return tables.units[key], at + 1
    if key in tables.teens:
        return tables.teens[key], at + 1
    if key in tables.tens:
        return _tens(keys, at, tables)
    bound = tables.bound_units.get(key)
    return (bound, at + 1) if bound and _is(keys, at + 1, tables.thousand) else None


def _tens(keys: Sequence[str], at: int, tables: Tables) -> _Value:
    tens = tables.tens[keys[at]]
    linked = _is(keys, at + 1, tables.tens_links)
    if (linked or tables.bare_units_follow_tens) and at + 1 + linked < len(keys):
        said = keys[at + 1 + linked]
        unit = tables.units.get(said, 0) or tables.bound_units.get(said, 0)
        if unit:
            return tens + unit, at + 2 + linked
    return tens, at + 1


def _rest(keys: Sequence[str], at: int, value: int, tables: Tables) -> _Value:
    """Add what follows a thousand, with or without a joiner."""
    after = at + 1 if _is(keys, at, tables.joiners) else at
    if after < len(keys) and keys[after] in tables.hundreds:
        return _add(keys, after + 1, value + tables.hundreds[keys[after]], tables)
    rest = _tail(keys, after, tables)
    if rest is None:
        return value, at
    if _is(keys, rest[1], tables.hundred):
        return _add(keys, rest[1] + 1, value + rest[0] * 100, tables) if rest[0] < 10 else (value, at)
    return _added(keys, at, after, value, rest, tables)


def _add(keys: Sequence[str], at: int, value: int, tables: Tables) -> _Value:
    """Add what follows a hundred, with or without a joiner, if it fits below."""
    after = at + 1 if _is(keys, at, tables.joiners) else at
    rest = _tail(keys, after, tables)
    if rest is None or _is(keys, rest[1], tables.hundred):
        return value, at
    return _added(keys, at, after, value, rest, tables)


def _added(keys: Sequence[str], at: int, after: int, value: int, rest: _Value, tables: Tables) -> _Value:
    """Add the rest, unless it is the first of several digits: "eight hundred five five five" is 800 and 555."""
    is_unit = rest[0] < 10 and after == at and tables.digits_may_follow_hundreds
    return (value, at) if is_unit and _is_digit(keys, rest[1], tables) else (value + rest[0], rest[1])


def _tail(keys: Sequence[str], at: int, tables: Tables) -> _Value | None:
    """Read what may be added to a hundred or thousand: 1 to 99, in words or in digits."""
    if at >= len(keys):
        return None
    key = keys[at]
    if key.isdecimal():
        return (int(key), at + 1) if len(key) <= 2 and not key.startswith("0") else None
    rest = _below_hundred(keys, at, tables)
    return rest if rest is not None and rest[0] else None


def _is_digit(keys: Sequence[str], at: int, tables: Tables) -> bool:
    """Say whether a digit follows that is no ordinal ("one st")."""
    if at >= len(keys) or _is(keys, at + 1, tables.ordinal_suffixes):
        return False
    key = keys[at]
    return key in tables.units or key in tables.zero_or_letter or key in tables.repeats or key.isdecimal()


def _is(keys: Sequence[str], at: int, words: Collection[str]) -> bool:
    return at < len(keys) and keys[at] in words
