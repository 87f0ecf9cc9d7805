"""libsndfile by its own C interface, for the decoder alone: without numpy a process starts in a tenth of the time.

Its declarations are those of `sndfile.h` 1.2.2.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final, Protocol

_MODE_READ: Final = 0x10
_SET: Final = 0
_CURRENT: Final = 1


class Source(Protocol):
    """Where the bytes come from."""

    size: int

    def read(self, at: int, count: int) -> bytes: ...


class CannotDecode(Exception):
    """libsndfile says so."""


class _Info(ctypes.Structure):
    _fields_ = (
        ("frames", ctypes.c_int64),
        ("samplerate", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("format", ctypes.c_int),
        ("sections", ctypes.c_int),
        ("seekable", ctypes.c_int),
    )


_LENGTH = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
_SEEK = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int, ctypes.c_void_p)
_READ = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)


class _Virtual(ctypes.Structure):
    _fields_ = (("length", _LENGTH), ("seek", _SEEK), ("read", _READ), ("write", _READ), ("tell", _LENGTH))


class OpenFile:
    """A sound that libsndfile has opened."""

    def __init__(self, path: str, source: Source) -> None:
        """Load the library; `open` reads the first bytes."""
        self._library = _declared(ctypes.CDLL(path))
        self._source, self._at = source, 0
        self._info = _Info()
        self._calls = _Virtual(
            _LENGTH(lambda _: source.size),
            _SEEK(self._seek),
            _READ(self._read),
            _READ(lambda _, __, ___: 0),
            _LENGTH(lambda _: self._at),
        )
        self._handle: Any = None

    def open(self) -> tuple[int, int, int, int]:
        """Read what the file says of itself: frames, sample rate, channels, format.

        Raises:
            CannotDecode: it is none that libsndfile knows.
        """
        self._handle = self._library.sf_open_virtual(
            ctypes.byref(self._calls), _MODE_READ, ctypes.byref(self._info), None
        )
        info = self._info
        if not self._handle or info.channels < 1 or info.samplerate < 0:
            raise CannotDecode
        return max(0, info.frames), info.samplerate, info.channels, info.format

    def seek(self, frame: int) -> None:
        """Go on at a frame.

        Raises:
            CannotDecode: there is none.
        """
        if self._library.sf_seek(self._handle, frame, _SET) != frame:
            raise CannotDecode

    def tell(self) -> int:
        """Say which frame comes next."""
        at: int = self._library.sf_seek(self._handle, 0, _CURRENT)
        return at

    def fill(self, samples: ctypes.Array[ctypes.c_float], frames: int) -> int:
        """Decode up to so many frames; none is the end.

        Raises:
            CannotDecode: the sound is broken here.
        """
        got: int = self._library.sf_readf_float(self._handle, samples, frames)
        if not 0 <= got <= frames or self._library.sf_error(self._handle):
            raise CannotDecode
        return got

    def _seek(self, offset: int, whence: int, _: object) -> int:
        base = {0: 0, 1: self._at, 2: self._source.size}.get(whence, 0)
        self._at = max(0, base + offset)
        return self._at

    def _read(self, target: int, count: int, _: object) -> int:
        piece = self._source.read(self._at, max(0, count))
        ctypes.memmove(target, piece, len(piece))
        self._at += len(piece)
        return len(piece)


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    handle = ctypes.c_void_p
    shapes: dict[str, tuple[Any, list[Any]]] = {
        "sf_open_virtual": (handle, [ctypes.POINTER(_Virtual), ctypes.c_int, ctypes.POINTER(_Info), handle]),
        "sf_seek": (ctypes.c_int64, [handle, ctypes.c_int64, ctypes.c_int]),
        "sf_readf_float": (ctypes.c_int64, [handle, ctypes.POINTER(ctypes.c_float), ctypes.c_int64]),
        "sf_error": (ctypes.c_int, [handle]),
    }
    for name, (answer, arguments) in shapes.items():
        function: Callable[..., Any] = getattr(library, name)
        function.restype, function.argtypes = answer, arguments  # type: ignore[attr-defined]  # of ctypes
    return library
