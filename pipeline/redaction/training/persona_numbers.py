"""Numbers and codes of an invented person, in the shapes that countries and companies give them."""

from __future__ import annotations

import string
from random import Random
from typing import Final

_VIN: Final = "abcdefghjklmnprstuvwxyz0123456789"
_COMPANY_CODES: Final = ("policy", "member", "order", "case", "employee", "student", "mrn")

_REPEATING: Final = 0.08


def figures(rng: Random, length: int) -> str:
    """Give some digits."""
    if rng.random() < _REPEATING:
        # People who invent numbers repeat themselves; so do real ones.
        pool = rng.choice(("123", "57", "0088", "4569"))
        return "".join(rng.choice(pool) for _ in range(length))
    return "".join(rng.choice(string.digits) for _ in range(length))


def letters(rng: Random, length: int) -> str:
    """Give some letters."""
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(length))


def phone(rng: Random) -> str:
    """Give a telephone number: American, British, Australian, of New Zealand, Indian, or local."""
    return rng.choice((
        f"{rng.randrange(200, 990)}{figures(rng, 7)}",
        f"{rng.randrange(200, 990)}{figures(rng, 7)}",
        f"1{rng.randrange(200, 990)}{figures(rng, 7)}",
        f"07{figures(rng, 9)}",
        f"02{rng.choice('127')}{figures(rng, rng.choice((6, 7)))}",
        f"04{figures(rng, 8)}",
        f"0{rng.randrange(20, 199)}{figures(rng, 7)}",
        figures(rng, 7),
        f"{rng.choice('6789')}{figures(rng, 9)}",
    ))  # fmt: skip


def postcode(rng: Random) -> str:
    """Give a postcode: American, Australian or of New Zealand, Indian, British, Canadian."""
    return rng.choice((
        figures(rng, 5), figures(rng, 5), figures(rng, 4), figures(rng, 6), figures(rng, 9),
        f"{letters(rng, 2)}{rng.randrange(1, 29)}{rng.randrange(1, 9)}{letters(rng, 2)}",
        f"{letters(rng, 1)}{rng.randrange(1, 29)}{rng.randrange(1, 9)}{letters(rng, 2)}",
        "".join(f"{letters(rng, 1)}{rng.randrange(1, 9)}" for _ in range(3)),
    ))  # fmt: skip


def codes(rng: Random) -> dict[str, str]:
    """Give a code of every kind, by the name of its slot."""
    return {kind: _mixed(rng, 5, 6, 7, 8, 10) for kind in _COMPANY_CODES} | {
        "booking": rng.choice(("".join(rng.choice(_VIN) for _ in range(6)), _mixed(rng, 6, 8))),
        "passport": rng.choice((figures(rng, 9), _mixed(rng, 8, 9))),
        "licence": rng.choice((f"{letters(rng, 1)}{figures(rng, 7)}", _mixed(rng, 8, 9), figures(rng, 8))),
        "ird": figures(rng, rng.choice((8, 9))),
        "nhi": letters(rng, 3) + figures(rng, 4),
        "nino": letters(rng, 2) + figures(rng, 6) + rng.choice("abcd"),
        "nhs": figures(rng, 10),
        "tfn": figures(rng, 9),
        "medicare": figures(rng, rng.choice((10, 11))),
        "vin": "".join(rng.choice(_VIN) for _ in range(17)),
        "plate": _plate(rng),
        "iban": f"{rng.choice(('gb', 'de', 'ie', 'fr'))}{figures(rng, 2)}{letters(rng, 4)}{figures(rng, 14)}",
        "sort": figures(rng, 6),
        "routing": figures(rng, 9),
        "pin": figures(rng, rng.choice((4, 4, 4, 5, 6))),
        "otp": figures(rng, rng.choice((4, 6, 6))),
        "ip": ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    }


def _mixed(rng: Random, *lengths: int) -> str:
    """Give digits, with some letters before them or none."""
    size = rng.choice(lengths)
    head = letters(rng, rng.choice((0, 0, 1, 2, 3)))
    return head + figures(rng, max(3, size - len(head)))


def _plate(rng: Random) -> str:
    return rng.choice((
        f"{letters(rng, 3)}{figures(rng, rng.choice((3, 4)))}",
        f"{letters(rng, 2)}{rng.randrange(10, 74)}{letters(rng, 3)}",
        f"{rng.randrange(1, 9)}{letters(rng, 3)}{figures(rng, 3)}",
    ))  # fmt: skip
