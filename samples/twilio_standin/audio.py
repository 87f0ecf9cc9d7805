"""Sound on the simulated timeline of a call: two tracks of 8 kHz PCM, without the time it would take to hear them.

Track 0 is what Twilio hears from the caller; track 1 is what the caller hears: prompts, the agent, the callee.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

RATE: Final = 8000
SAY_CLIPS: Final = Path(__file__).parent.parent / "voices" / "say"
SILENT_BELOW: Final = 200
"""Peak of a 20 ms frame, of 32768, under which Twilio's trimming counts it as silence (about -44 dBFS)."""
_WORD_S: Final = 0.36
_KEY_TONES: Final = {
    key: (low, high)
    for low, row in ((697, "123"), (770, "456"), (852, "789"), (941, "*0#"))
    for high, key in zip((1209, 1336, 1477), row, strict=True)
}

Samples = npt.NDArray[np.int16]


@dataclass(slots=True)
class Timeline:
    """Everything audible on a call, placed by second. Later sound is mixed over earlier sound."""

    placed: list[tuple[float, int, Samples]] = field(default_factory=list)

    def place(self, track: int, at_s: float, sound: Samples) -> None:
        """Put sound on a track."""
        if len(sound):
            self.placed.append((at_s, track, sound))

    def cut(self, track: int, from_s: float) -> None:
        """Remove from one track what was to sound from a moment on, as when a prompt is interrupted."""
        kept: list[tuple[float, int, Samples]] = []
        for at_s, of_track, sound in self.placed:
            if of_track == track:
                sound = sound[: max(0, round((from_s - at_s) * RATE))]
            if len(sound):
                kept.append((at_s, of_track, sound))
        self.placed = kept

    def render(self, start_s: float, end_s: float) -> Samples:
        """Give both tracks between two moments, as an array of (samples, 2)."""
        total = max(0, round((end_s - start_s) * RATE))
        mixed = np.zeros((total, 2), dtype=np.int32)
        for at_s, track, sound in self.placed:
            first = round((at_s - start_s) * RATE)
            begin, end = max(0, first), min(total, first + len(sound))
            if begin < end:
                mixed[begin:end, track] += sound[begin - first : end - first]
        return np.clip(mixed, -32768, 32767).astype(np.int16)


def read_sound(path: Path) -> Samples:
    """Read a sound file as (samples, channels) at 8 kHz."""
    sound, rate = sf.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        sound = soxr.resample(sound, rate, RATE)
    return np.asarray(np.clip(np.round(sound * 32767), -32768, 32767), dtype=np.int16)


def spoken(text: str, clips: Path = SAY_CLIPS) -> Samples:
    """Give the sound of a line that Twilio speaks: the clip made for exactly this text, else a hum as long as it."""
    for path in sorted(clips.glob(f"{clip_name(text)}.*")):
        return read_sound(path)[:, 0]
    return hum(max(1, len(text.split())) * _WORD_S)


def clip_name(text: str) -> str:
    """Name the clip of a text: the SHA-256 of it with runs of white space as one blank."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def hum(seconds: float) -> Samples:
    """Make a soft hum, which stands where somebody speaks and no clip exists."""
    at = np.arange(round(seconds * RATE)) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 2.5 * at)
    return np.asarray(1500 * swell * np.sin(2 * np.pi * 220 * at), dtype=np.int16)


def key_tones(digits: str) -> Samples:
    """Make the tones of pressed keys, 120 ms each and 80 ms between."""
    parts: list[Samples] = []
    at = np.arange(round(0.12 * RATE)) / RATE
    for digit in digits:
        low, high = _KEY_TONES[digit]
        tone = 4000 * (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at))
        parts += [np.asarray(tone, dtype=np.int16), np.zeros(round(0.08 * RATE), dtype=np.int16)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


def is_silent(sound: Samples) -> bool:
    """Say whether nothing is to be heard on any channel."""
    return not len(sound) or int(np.abs(sound.astype(np.int32)).max()) < SILENT_BELOW


def trim_silence(sound: Samples) -> Samples:
    """Cut what is silent on every channel off both ends, in frames of 20 ms, as `trim-silence` does."""
    frame = RATE // 50
    frames = [sound[at : at + frame] for at in range(0, len(sound), frame)]
    loud = [index for index, part in enumerate(frames) if not is_silent(part)]
    if not loud:
        return sound[:0]
    return sound[loud[0] * frame : (loud[-1] + 1) * frame]


def to_wav(sound: Samples) -> bytes:
    """Write PCM16 WAV at 8 kHz."""
    buffer = io.BytesIO()
    sf.write(buffer, sound, RATE, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def down_mix(sound: Samples) -> Samples:
    """Mix all channels into one."""
    if sound.ndim == 1 or sound.shape[1] == 1:
        return sound.reshape(-1, 1)
    mixed = np.clip(sound.astype(np.int32).sum(axis=1), -32768, 32767)
    return np.asarray(mixed.reshape(-1, 1), dtype=np.int16)
