from __future__ import annotations

import os
import re
import resource
import signal
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.redaction.decoding import wire
from pipeline.redaction.decoding.process import Decoder, DecoderMissing, Limits
from tests.pipeline.redaction.bombs import flac_of_nothing, id3_tag
from tests.pipeline.redaction.sounds import COMPRESSED, a_file, heard, noise

OPENED = wire.HEAD.pack(wire.OPENED, 0, 0) + wire.SHAPE.pack(10, 8_000, 2, 0x170002)


def liar(said: bytes, *, then: str = "") -> list[str]:
    """A process in the decoder's place that says what it is told to."""
    return [sys.executable, "-I", "-S", "-c", f"import os, time; os.write(1, {said!r}); {then}"]


@pytest.mark.parametrize(("form", "subtype"), [*COMPRESSED, ("WAV", "PCM_16")])
def test_what_is_decoded_apart_is_what_is_decoded_here(form: str, subtype: str) -> None:
    audio = a_file(noise(100_000), rate=16_000, form=form, subtype=subtype)

    with Decoder(audio) as decoder:
        assert (decoder.shape.sample_rate, decoder.shape.channels) == (16_000, 2)
        assert sum(decoder.count()) == 100_000
        assert np.allclose(np.concatenate(list(decoder.read())), heard(audio), atol=1e-6)
        assert np.allclose(np.concatenate(list(decoder.read(70_000, 100))), heard(audio)[70_000:70_100], atol=1e-6)


def test_a_decoder_has_no_environment_and_no_file_but_its_pipes() -> None:
    with Decoder(a_file(noise(100_000), form="FLAC")) as decoder:
        proc = Path(f"/proc/{decoder.process_id}")
        if not proc.exists():
            pytest.skip("no /proc on this system")
        assert (proc / "environ").read_bytes() == b""
        opened = {str(name.readlink()).split(":")[0] for name in (proc / "fd").iterdir()}
        assert opened == {"pipe", "/dev/null"}
        assert re.search(r"Max address space +268435456 +268435456", (proc / "limits").read_text())
        assert re.search(r"Max file size +0 +0", (proc / "limits").read_text())
        assert "Seccomp:\t2" in (proc / "status").read_text()
        assert "NoNewPrivs:\t1" in (proc / "status").read_text()


def test_a_decoder_is_gone_with_its_context() -> None:
    with Decoder(a_file(noise(100_000), form="FLAC")) as decoder:
        next(iter(decoder.read()))

    with pytest.raises(ProcessLookupError):
        os.kill(decoder.process_id, 0)


def test_a_bomb_of_time_ends_in_a_named_failure() -> None:
    with (
        pytest.raises(InvalidInput, match="takes longer"),
        Decoder(flac_of_nothing(2_000), Limits(cpu_s=1)) as decoder,
    ):
        assert sum(decoder.count()) < 0  # never reached


@pytest.mark.parametrize("audio", [id3_tag(2**28 - 1), id3_tag(2**28 - 1, b"APIC\x0f\xff\xff\xff\0\0"),
                                   b"fLaC\x06\xff\xff\xff" + struct.pack(">I", 2**32 - 1) * 500])  # fmt: skip
def test_giant_chunks_end_in_a_named_failure_and_cost_whoever_asked_nothing(audio: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(InvalidInput, match=r"cannot be decoded|more memory"), Decoder(audio):
        pass

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10


@pytest.mark.parametrize(
    ("sent", "reason"),
    [(signal.SIGSEGV, "ended its decoder"), (signal.SIGSYS, "does not need|do what"), (signal.SIGKILL, "takes longer"),
     (signal.SIGXCPU, "takes longer")],
)  # fmt: skip
def test_a_decoder_that_dies_of_a_sound_is_a_named_failure(sent: signal.Signals, reason: str) -> None:
    with (
        pytest.raises(InvalidInput, match=reason),
        Decoder(a_file(noise(400_000), form="FLAC")) as decoder,
    ):
        for _ in decoder.read():
            os.kill(decoder.process_id, sent)


def test_a_decoder_that_hangs_is_ended() -> None:
    quiet = Limits(silent_s=0.3)

    with (
        pytest.raises(InvalidInput, match="takes longer"),
        Decoder(b"any", quiet, command=liar(b"", then="time.sleep(60)")),
    ):
        pass


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Q" * 17,
        wire.HEAD.pack(wire.WANTED, 0, 1 << 40),
        wire.HEAD.pack(wire.WANTED, 1 << 40, 10),
        wire.HEAD.pack(wire.OPENED, 0, 0) + wire.SHAPE.pack(1, 8_000, 1 << 31, 0),
        wire.HEAD.pack(wire.FAILED, 77, 0),
        OPENED + wire.HEAD.pack(wire.BLOCK, 1 << 60, 1),
        OPENED + wire.HEAD.pack(wire.BLOCK, 8, 0),
        OPENED + wire.HEAD.pack(wire.BLOCK, 8 << 17, 1 << 17),
        OPENED + wire.HEAD.pack(wire.COUNTED, 0, 5),
        OPENED + wire.HEAD.pack(wire.BLOCK, 16, 2) + b"short",
    ],
)
def test_nothing_that_a_taken_over_decoder_says_is_trusted(said: bytes) -> None:
    with pytest.raises(InvalidInput), Decoder(b"a sound", command=liar(said)) as decoder:
        list(decoder.read())


def test_a_decoder_that_asks_on_and_never_reads_is_ended() -> None:
    asks = wire.HEAD.pack(wire.WANTED, 0, wire.PIECE_BYTES) * 9

    with (
        pytest.raises(InvalidInput, match="takes longer"),
        Decoder(bytes(1 << 17), Limits(silent_s=0.5), command=liar(asks, then="time.sleep(60)")),
    ):
        pass


def test_a_machine_without_a_decoder_is_no_fault_of_the_sound() -> None:
    said = wire.HEAD.pack(wire.FAILED, wire.Failure.NO_WALLS, 0)

    with pytest.raises(DecoderMissing, match="NO_WALLS"), Decoder(b"a sound", command=liar(said)):
        pass


@settings(max_examples=15)
@given(st.lists(st.sampled_from([OPENED, *(wire.HEAD.pack(kind, 8, 1) for kind in (b"W", b"B", b"C", b"E", b"F"))]),
                max_size=5), st.binary(max_size=30))  # fmt: skip
def test_any_talk_gives_samples_or_a_named_failure(messages: list[bytes], rest: bytes) -> None:
    try:
        with Decoder(b"a sound", command=liar(b"".join(messages) + rest)) as decoder:
            assert all(block.shape[1] <= wire.MOST_CHANNELS for block in decoder.read())
    except (InvalidInput, DecoderMissing):
        pass
