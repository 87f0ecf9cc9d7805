"""Which recordings are drawn for a quality review: by a keyed digest of their ids.

Nobody without the tenant's key can tell beforehand what is drawn, and nobody can steer it: an id is made at random
before the call is heard. Whoever has the key can draw again and gets the same. A higher rate draws all that a lower
one draws, and more.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId

EVERY: Final = 10_000
"""A rate is counted in hundredths of a per cent: this many are all."""


class Drawn(StrEnum):
    """What is drawn for. Each is a draw of its own: that one falls says nothing of the other."""

    SAMPLE = "sample"
    SECOND_READER = "second"


def is_drawn(key: bytes, recording: RecordingId, rate: int, *, what: Drawn) -> bool:
    """Say whether a recording is drawn.

    Args:
        key: the tenant's digest key.
        recording: which.
        rate: 0 for none to `EVERY` for all.
        what: for what.

    Raises:
        InvalidInput: a rate below none or above all.
    """
    if not 0 <= rate <= EVERY:
        raise InvalidInput("a rate is none to all")
    message = f"earmark.quality.draw/1:{what}:{recording}".encode()
    number = int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:8])
    return number * EVERY < rate << 64
