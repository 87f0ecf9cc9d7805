"""A person named by their number: only its keyed reference is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.model.errors import InvalidInput

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.store.session import Transaction

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}|(sip|sips|client):\S{1,200}")
_SPACING: Final = re.compile(r"[\s().-]")


def party_ref(base: Base, tx: Transaction, number: str, *, option: str = "--number") -> str:
    """Give the keyed reference of a number; the number itself is not kept, nor repeated where it is none.

    Raises:
        InvalidInput: it is no number.
    """
    from pipeline.store.calls import number_ref

    spelled = number if ":" in number else _SPACING.sub("", number)
    if not _NUMBER.fullmatch(spelled):
        raise InvalidInput(f"{option} is written as + and 7 to 15 digits, or as a sip: or client: address")
    return number_ref(spelled, keys=base.keys, tenant=tx.tenant)
