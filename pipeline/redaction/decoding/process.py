"""Starts a decoder for one sound, feeds it, takes its samples, and ends it: nothing it says is trusted.

A decoder that uses more memory or time than it may, says nothing for too long, breaks the agreed form or dies is one
named failure of that sound; whoever asked lives on. Samples go through a pipe and never touch a disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

import pipeline
from pipeline.model.errors import InvalidInput
from pipeline.redaction.decoding import wire
from pipeline.redaction.decoding.wire import Failure
from pipeline.redaction.media_source import Sound, read_at, size_of

_ROOT: Final = str(Path(pipeline.__file__).parent.parent)
_PIPE_BYTES: Final = 1 << 20
START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from pipeline.redaction.decoding.program import start; start(sys.argv[2:])"
)
_SAID: Final[Mapping[int, str]] = {Failure.NO_MEMORY: "decoding the audio takes more memory than it may"}
_DIED_OF: Final[Mapping[int, str]] = {
    signal.SIGXCPU: "decoding the audio takes longer than it may",
    signal.SIGSYS: "the audio made its decoder do what decoding does not need",
    signal.SIGKILL: "decoding the audio takes longer, or more memory, than it may",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one decoder may use. `silent_s` is how long it may say nothing while it is waited for."""

    memory_bytes: int = 256 << 20
    cpu_s: int = 900
    silent_s: float = 60


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a file says of itself, unchecked; `form` is libsndfile's number of container and encoding."""

    frames: int
    sample_rate: int
    channels: int
    form: int


class DecoderMissing(RuntimeError):
    """There is no decoder on this machine: no libsndfile, or a kernel that puts up no walls. No sound's fault."""


class Decoder:
    """A running decoder of one sound; use it as a context, for it is ended with that."""

    shape: Shape

    def __init__(self, sound: Sound, limits: Limits = LIMITS, *, command: Sequence[str] = ()) -> None:
        """Start it, or what is given instead; `InvalidInput` says that the sound cannot be opened."""
        self._sound, self._limits = sound, limits
        self._process = subprocess.Popen(
            command or _command(sound, limits),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # more than this user may have: it goes on in smaller pieces
                fcntl.fcntl(self._from, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            self.shape = self._opened()
        except BaseException:
            self.end()
            raise

    @property
    def process_id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the process, whatever it does, and wait until it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def count(self) -> Iterator[int]:
        """Decode to the end and give the frames of each block, which stays in the decoder.

        Raises:
            InvalidInput: the sound is broken, or uses up what its decoder may.
        """
        self._order(wire.COUNT, 0, wire.TO_THE_END)
        while (message := self._next())[0] != wire.ENDED:
            kind, _, frames = message
            if kind != wire.COUNTED or not 0 < frames <= wire.BLOCK_FRAMES:
                raise self._broke_form()
            yield frames

    def read(self, first: int = 0, frames: int = wire.TO_THE_END) -> Iterator[NDArray[np.float32]]:
        """Give samples as `(frames, channels)` from frame `first` on, in blocks of at most `wire.BLOCK_FRAMES`.

        Raises:
            InvalidInput: as `count`.
        """
        self._order(wire.READ, first, frames)
        width = self.shape.channels * wire.SAMPLE_BYTES
        while (message := self._next())[0] != wire.ENDED:
            kind, size, got = message
            if kind != wire.BLOCK or not 0 < got <= wire.BLOCK_FRAMES or size != got * width:
                raise self._broke_form()
            yield np.frombuffer(self._take(size), np.float32).reshape(got, self.shape.channels)

    def _opened(self) -> Shape:
        if self._next()[0] != wire.OPENED:
            raise self._broke_form()
        frames, rate, channels, form = wire.SHAPE.unpack(self._take(wire.SHAPE.size))
        if not 0 < channels <= wire.MOST_CHANNELS:
            raise self._broke_form()
        return Shape(frames=frames, sample_rate=rate, channels=channels, form=form)

    def _order(self, order: bytes, first: int, count: int) -> None:
        self._give(wire.HEAD.pack(order, first, count))

    def _next(self) -> tuple[bytes, int, int]:
        """Give the next message that is no wish for a piece of the sound: those are granted at once."""
        while True:
            kind, first, second = wire.HEAD.unpack(self._take(wire.HEAD.size))
            if kind == wire.FAILED:
                raise self._failed(first)
            if kind != wire.WANTED:
                return kind, first, second
            if second > wire.PIECE_BYTES or first > size_of(self._sound):
                raise self._broke_form()
            try:
                piece = read_at(self._sound, first, second)
            except OSError as error:
                raise InvalidInput("the audio cannot be read to its end") from error
            self._give(wire.LENGTH.pack(len(piece)))
            self._give(piece)

    def _take(self, count: int) -> bytearray:
        taken = bytearray(count)
        view, at = memoryview(taken), 0
        while at < count:
            self._await(self._from, select.POLLIN)
            got = os.readv(self._from, [view[at:]])
            if not got:
                raise self._died()
            at += got
        return taken

    def _give(self, body: bytes | memoryview[int]) -> None:
        view = memoryview(body)
        while len(view):
            self._await(self._to, select.POLLOUT)
            try:
                view = view[os.write(self._to, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise self._died() from error

    def _await(self, descriptor: int, event: int) -> None:
        waiting = select.poll()
        waiting.register(descriptor, event)
        if not waiting.poll(int(self._limits.silent_s * 1000)):
            raise InvalidInput("decoding the audio takes longer than it may")

    def _failed(self, number: int) -> Exception:
        if number in (Failure.NO_LIBRARY, Failure.NO_WALLS):
            return DecoderMissing(f"the decoder cannot work here: {Failure(number).name}")
        return InvalidInput(_SAID.get(number, "the audio cannot be decoded"))

    def _died(self) -> InvalidInput:
        """Say what ended it; its output is at its end, so it is gone or about to be."""
        try:
            code = self._process.wait(self._limits.silent_s)
        except subprocess.TimeoutExpired:
            return InvalidInput("decoding the audio takes longer than it may")
        said = _DIED_OF.get(-code) if code < 0 else None
        return InvalidInput(said or "the audio ended its decoder")

    def _broke_form(self) -> InvalidInput:
        return InvalidInput("the audio's decoder broke its agreed form")


def _command(sound: Sound, limits: Limits) -> list[str]:
    numbers = (size_of(sound), limits.memory_bytes, limits.cpu_s)
    return [sys.executable, "-I", "-S", "-c", START, _ROOT, library_path(), *map(str, numbers)]


@cache
def library_path() -> str:
    """Find the libsndfile that the package soundfile brings for this machine, else the system's.

    Raises:
        DecoderMissing: there is none.
    """
    spec = find_spec("_soundfile_data")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("libsndfile*")):
            return str(path)
    found = find_library("sndfile")
    if found is None:
        raise DecoderMissing("libsndfile is not installed")
    return found
