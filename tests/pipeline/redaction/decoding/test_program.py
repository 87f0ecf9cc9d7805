from __future__ import annotations

import subprocess
import sys

from pipeline.redaction.decoding import program, wire
from pipeline.redaction.decoding.process import START, library_path
from tests.pipeline.redaction.sounds import a_file, noise

ROOT = program.__file__.split("/pipeline/redaction/")[0]


def talk(library: str, size: int, said: bytes) -> bytes:
    """Say everything at once, and give all that is answered."""
    command = [sys.executable, "-I", "-S", "-c", START, ROOT, library, str(size), str(128 << 20), "5"]
    return subprocess.run(command, input=said, capture_output=True, check=True, timeout=60).stdout


def test_it_asks_for_the_sound_says_what_it_is_and_gives_what_is_ordered() -> None:
    audio = a_file(noise(100))
    orders = wire.HEAD.pack(wire.READ, 90, wire.TO_THE_END) + wire.HEAD.pack(wire.LEAVE, 0, 0)

    answer = talk(library_path(), len(audio), wire.LENGTH.pack(len(audio)) + audio + orders)

    assert wire.HEAD.unpack(answer[:17]) == (wire.WANTED, 0, wire.PIECE_BYTES)
    assert wire.SHAPE.unpack(answer[34:54]) == (100, 8_000, 2, 0x10002)
    assert wire.HEAD.unpack(answer[54:71]) == (wire.BLOCK, 10 * 2 * 4, 10)
    assert wire.HEAD.unpack(answer[-17:]) == (wire.ENDED, 0, 0)


def test_it_says_why_it_cannot_go_on() -> None:
    assert _failure(talk("/no/such/library.so", 10, b"")) is wire.Failure.NO_LIBRARY
    assert _failure(talk(library_path(), 4, wire.LENGTH.pack(4) + b"noth" + bytes(4))) is wire.Failure.CANNOT_OPEN


def test_it_leaves_when_whoever_asked_is_gone() -> None:
    assert wire.HEAD.unpack(talk(library_path(), 1000, b"")[-17:])[0] == wire.WANTED


def _failure(answer: bytes) -> wire.Failure:
    kind, number, _ = wire.HEAD.unpack(answer[-17:])
    assert kind == wire.FAILED
    return wire.Failure(number)
