"""The one written form of a telephone number: + and 7 to 15 digits, the first of them no zero (ITU-T E.164)."""

from __future__ import annotations

import re
from typing import Final

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def is_e164(number: str) -> bool:
    """Say whether a number is written with its country and without any spacing."""
    return _E164.fullmatch(number) is not None
