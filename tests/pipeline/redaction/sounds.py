"""Sound files for tests, made of numbers, and the sample calls as numbers."""

from __future__ import annotations

import io
import struct

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import Samples
from samples.scenario import CALLS

WAV_ENCODINGS = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
COMPRESSED = (("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("MP3", "MPEG_LAYER_III"), ("OGG", "VORBIS"), ("OGG", "OPUS"))


def noise(frames: int, *, channels: int = 2, level: float = 0.1, seed: int = 7) -> Samples:
    """Sound that is never exactly silent for long, and never the same twice."""
    made = np.random.default_rng(seed).normal(0, level, (frames, channels))
    return np.clip(made, -1, 1).astype(np.float32)


def a_file(samples: NDArray[np.float32], *, rate: int = 8000, form: str = "WAV", subtype: str = "PCM_16") -> bytes:
    """Write samples with libsndfile, so that our own reading of headers meets one that it did not make."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, samples.shape[1], format=form, subtype=subtype) as file:
        for at in range(0, len(samples), 1 << 14):  # libsndfile 1.2.2 dies of a long Vorbis file in one piece
            file.write(samples[at : at + (1 << 14)])
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """A RIFF chunk with its pad byte."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def fmt(*, tag: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16) -> bytes:
    """A fmt chunk as it is claimed to be."""
    block = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits))


def riff(*chunks: bytes) -> bytes:
    """A WAV file of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heard(audio: bytes) -> Samples:
    """Decode with libsndfile's own reading of the whole file."""
    samples, _ = soundfile.read(io.BytesIO(audio), dtype="float32", always_2d=True)
    return samples


def a_talk(name: str) -> Samples:
    """A sample call: two voices on two channels at 8 kHz, neither heard on the other."""
    return heard((CALLS / name / "conversation.ogg").read_bytes())


def spoken(channel: NDArray[np.float32], *, rate: int = 8000) -> list[TimeSpan]:
    """Where something is loud enough for words, in tenths of a second: what a recogniser would have given times to."""
    step = rate // 10
    loud = np.square(channel[: len(channel) // step * step].reshape(-1, step)).mean(axis=1) > 10**-4.5
    return [TimeSpan(int(at) * 100, int(at) * 100 + 100) for at in np.flatnonzero(loud)]


def delayed(channel: NDArray[np.float32], ms: int, *, db: float = 0.0, rate: int = 8000) -> NDArray[np.float32]:
    """The same sound some time later (earlier where negative) and by so many dB louder."""
    moved = np.zeros_like(channel)
    by = ms * rate // 1000
    moved[max(0, by) : len(channel) + min(0, by)] = channel[max(0, -by) : len(channel) - max(0, by)]
    return moved * np.float32(10 ** (db / 20))
