"""Which numbers said aloud are amounts, times and quantities, and so not personal. Not a recogniser: a veto."""

from __future__ import annotations

import re
from typing import Final

from pipeline.redaction.cues import find_cues
from pipeline.redaction.normalise import Kind, Run, Written
from pipeline.redaction.vocabulary import word_set

_UNITS: Final = word_set(
    "dollar dollars cent cents pound pounds quid euro euros pence rupee rupees rs bucks grand percent "
    "percentage % am pm "
    "o'clock oclock minute minutes hour hours second seconds day days week weeks month months year years yr yrs times "
    "milligram milligrams mg mgs mcg gram grams ml kg kilo kilos kilogram lb lbs ounce ounces oz liter liters litre "
    "litres mile miles km kilometers kilometres meter meters metre metres feet foot ft inch inches cm mm "
    "degrees degree "
    "gb gig gigs gigabyte gigabytes mb meg megs megabyte megabytes mbps kbps tb pizza pizzas people persons adults "
    "children kids bedroom bedrooms items item pieces piece slices slice cups cup bottles bottle tickets bags bag "
    "boxes packs pack percent points point units rooms nights thousand million billion dozen star stars hundred "
    "tablets tablet pills pill capsules capsule puffs x p.m a.m"
)
_CLOCK_DIGITS: Final = 4
_CLOCK: Final = re.compile(r"\d{1,4}[ap]m")
_RANGE: Final = word_set("to or and")
_LIKE_A_CODE: Final = 3
"""How many digits may be a security code or PIN of its own that an amount only happens to follow."""
_DAYS: Final = word_set("monday tuesday wednesday thursday friday saturday sunday")
_TIME_BEFORE: Final = word_set("at around about by before after until till past between noon")
_BEFORE: Final = word_set("$ £ € top iphone galaxy windows channel version chapter episode page")


def is_amount(written: Written, run: Run) -> bool:
    """Say whether a short run counts or measures something; nine digits or more never do, nor does a spelled word."""
    if _CLOCK.fullmatch(run.code.lower()):
        return True
    if run.digits >= 9 or run.letters:
        return False
    if _is_clock_time(written, run):
        return True
    if _begins_range(written, run):
        return True
    after = _key(written, run.last)
    before = _key(written, run.first - 1)
    if before in _BEFORE:
        return True
    pair = _key(written, run.last + 1)
    if run.digits <= _CLOCK_DIGITS and after in ("a", "p", "in") and pair in ("m", "the"):
        return True  # "five thirty p m", "at nine in the morning"; a longer run is no clock time
    return after in _UNITS or (after == "." and pair in _UNITS)


def _begins_range(written: Written, run: Run) -> bool:
    """Say whether a run is the lower end of a range: "7 to 10 days"; not the PIN of "4412 and 20 dollars"."""
    joint = _key(written, run.last)
    further = next((r for r in written.runs if r.first == run.last + 1), None)
    if joint not in _RANGE or further is None or run.digits > further.digits or not is_amount(written, further):
        return False
    if run.digits < _LIKE_A_CODE or _key(written, run.first - 1) == "between":
        return True
    said_before = " ".join(token.key for token in written.tokens[: written.pieces[run.first].first])
    return joint != "and" and not find_cues(said_before)


def _is_clock_time(written: Written, run: Run) -> bool:
    """Say whether a run is "two thirty" after a word such as "at", or before a day: hour, then minutes."""
    parts = [p.text for p in written.pieces[run.first : run.last] if p.is_code]
    if not 1 <= len(parts) <= 2 or not all(p.isdecimal() for p in parts):
        return False
    day = _key(written, run.last + 2 if _key(written, run.last + 1) == "a" else run.last + 1)
    is_placed = _key(written, run.first - 1) in _TIME_BEFORE or (_key(written, run.last) == "on" and day in _DAYS)
    return (
        is_placed
        and int(parts[0]) <= 12
        and len(parts[0]) <= 2
        and (len(parts) == 1 or (len(parts[1]) == 2 and int(parts[1]) < 60))
    )


def _key(written: Written, index: int) -> str:
    if not 0 <= index < len(written.pieces):
        return ""
    piece = written.pieces[index]
    return written.tokens[piece.first].key if piece.kind is not Kind.FILLER else ""
