"""Speech for tests: every word is a tone of its own, and a recogniser that truly hears them.

What is muted cannot be heard, what is spliced in is heard, and a word cut short is made out while a tenth of a second
of it is left: the loop of verification runs on real sound, in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.audio import Samples, decode, describe
from tests.pipeline.redaction.sounds import a_file

type Said = Sequence[tuple[str, int]]
"""Words of one channel, each with its start in ms."""

RATE = 8000
WORD_MS = 300
_LEVEL = 0.2
_BLOCK_MS = 50
_BLOCK = RATE * _BLOCK_MS // 1000
# Tones lie on every second line of a block's spectrum.
_FIRST, _APART = 12, 2
_LOUD = 0.02
_LEAST_BLOCKS = 2


class Tongue:
    """A language of tones: the words in their order, the first the deepest."""

    def __init__(self, *texts: str) -> None:
        self._words = tuple(dict.fromkeys(" ".join(texts).split()))
        assert _FIRST + _APART * len(self._words) < _BLOCK // 2, "more words than tones"

    def sound(self, said: Mapping[int, Said], *, seconds: float, channels: int = 2) -> Samples:
        """Say words, each 300 ms long, over the faint noise of a line."""
        noise = np.random.default_rng(5).normal(0, 0.0005, (round(seconds * RATE), channels))
        samples = noise.astype(np.float32)
        for channel, words in said.items():
            for text, start_ms in words:
                first, tone = start_ms * RATE // 1000, self.tone(text)
                samples[first : first + len(tone), channel] += tone
        return samples

    def tone(self, text: str) -> Samples:
        """Say one word."""
        line = _FIRST + _APART * self._words.index(text)
        at = np.arange(RATE * WORD_MS // 1000)
        return (_LEVEL * np.sin(2 * np.pi * line * at / _BLOCK)).astype(np.float32)

    def say(self, said: Mapping[int, Said], *, seconds: float, channels: int = 2) -> bytes:
        """Give what is said as a WAV file."""
        return a_file(self.sound(said, seconds=seconds, channels=channels))

    def hear(self, samples: Samples) -> Iterator[tuple[str, int, int]]:
        """Make out the words of one channel: text, start and end in ms."""
        blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
        strength = np.abs(np.fft.rfft(blocks, axis=1)) * 2 / _BLOCK
        lines = np.where(strength.max(axis=1) > _LOUD, strength.argmax(axis=1), 0)
        at = 0
        for line, run in groupby(lines.tolist()):
            length = len(list(run))
            word, between = divmod(line - _FIRST, _APART)
            if length >= _LEAST_BLOCKS and not between and 0 <= word < len(self._words):
                yield self._words[word], at * _BLOCK_MS, (at + length) * _BLOCK_MS
            at += length


class ToneListener:
    """A recogniser that hears a language of tones. `heard_ms` is how much sound it was given, over all channels."""

    audit = AuditMeta(processor=None, data_kind="audio", purpose="tests", region="local", policy_url=None)
    capabilities = Capabilities(languages=("en",), max_channels=20, max_duration_s=36_000)

    def __init__(self, tongue: Tongue, *, name: str = "tones", confidence: float | None = None) -> None:
        self.name = name
        self.heard_ms = 0
        self._tongue, self._confidence = tongue, confidence

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        if language.split("-")[0] not in self.capabilities.languages:
            raise InvalidInput("tones are spoken in English alone")
        facts = describe(audio)
        self.heard_ms += facts.duration_ms * facts.channels
        samples = decode(audio)
        channels = tuple(tuple(self._utterances(samples[:, n], n)) for n in range(facts.channels))
        return Transcript(
            engine="tones", model=self.name, language=language, duration_ms=facts.duration_ms, channels=channels
        )

    def _utterances(self, samples: Samples, channel: int) -> Iterator[Utterance]:
        for text, start_ms, end_ms in self._tongue.hear(samples):
            word = Word(text=text, channel=channel, start_ms=start_ms, end_ms=end_ms, confidence=self._confidence)
            yield Utterance(channel=channel, words=(word,))
