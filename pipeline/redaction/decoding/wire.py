"""What the decoder and whoever asked for it say to each other, over the two pipes between them.

The asker sends orders, the decoder sends messages; each is a letter and two numbers. The decoder has no file of its
own: it asks for pieces of the sound by their place. Only the standard library is imported here, for the decoder's sake.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

HEAD: Final = struct.Struct("<cQQ")
SHAPE: Final = struct.Struct("<QIII")
"""After `OPENED`: frames promised, sample rate, channels, libsndfile's number of the format."""
LENGTH: Final = struct.Struct("<I")
"""Before a piece of the sound."""

PIECE_BYTES: Final = 1 << 16
"""The most that the decoder asks for at once."""
BLOCK_FRAMES: Final = 1 << 16
"""The most frames of one block."""
MOST_CHANNELS: Final = 64
"""The decoder makes no block of more; what a call may have is judged by whoever asked."""
SAMPLE_BYTES: Final = 4

# Messages of the decoder.
WANTED: Final = b"W"
"""It wants a piece of the sound: place, bytes."""
OPENED: Final = b"O"
"""It could open the sound; the shape follows."""
BLOCK: Final = b"B"
"""Samples follow as 32-bit floats, channels interleaved: bytes, frames."""
COUNTED: Final = b"C"
"""It decoded so many frames and kept none: 0, frames."""
ENDED: Final = b"E"
"""Nothing more comes for this order."""
FAILED: Final = b"F"
"""It could not go on: which `Failure`."""

# Orders to the decoder.
READ: Final = b"r"
"""Give samples: from which frame, how many."""
COUNT: Final = b"c"
"""Decode to the end and say how much there is."""
LEAVE: Final = b"l"
"""Nothing more is wanted."""

TO_THE_END: Final = (1 << 63) - 1
"""As many frames as there are."""


class Failure(IntEnum):
    """Why a decoder could not go on, as it says itself."""

    CANNOT_OPEN = 1
    CANNOT_DECODE = 2
    NO_MEMORY = 3
    NO_LIBRARY = 4
    NO_WALLS = 5
