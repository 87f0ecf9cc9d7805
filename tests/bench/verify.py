"""What verification costs, and what it catches: `python -m tests.bench.verify [--catches] [FILE ...]`.

CPU of proving a redaction against CPU of transcribing the same call, in one run: on every sample call, on all of them
as one long call, and on recordings given as files. With `--catches` it is counted how much of what the samples hide is
found when it is left audible (`tests.bench.canaries`). Nothing that is said is printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.model.transcript import Conversation, Transcript
from pipeline.redaction.amend import amend
from pipeline.redaction.audio import decode
from pipeline.redaction.detect import Detector
from pipeline.redaction.models import load_models
from pipeline.redaction.profile import DEFAULT_PROFILE
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.stretches import SHARE
from pipeline.redaction.verify import Ears, Verification, Verifier
from pipeline.vendors.local_asr import WhisperTranscriber, load_whisper_base, load_whisper_tiny_en
from samples.scenario import CALLS
from tests.bench.hiding import Hidden, hide
from tests.pipeline.redaction.sounds import a_file

ATTEMPTS = 3
LANGUAGE = "en-US"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The models, loaded once, each on one thread."""

    transcriber: WhisperTranscriber
    listener: WhisperTranscriber
    detector: Detector

    def hear(self, audio: bytes) -> Transcript:
        """Transcribe a call."""
        return self.transcriber.transcribe(audio, language=LANGUAGE)

    def hide(self, audio: bytes, transcript: Transcript, *, name: str) -> Hidden:
        """Hide what the detector finds."""
        return hide(audio, transcript, name=name, detector=self.detector)

    def prover(self, audio: bytes, conversation: Conversation, transcript: Transcript, *, share: float) -> Verifier:
        """Give who proves the redactions of a call."""
        ears = Ears(listener=self.listener, detect=self.detector.detect, share=share)
        return Verifier(audio, conversation, transcribed_by=(transcript.engine, transcript.model), ears=ears)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of CPU for one call; rendering counts for neither side."""

    name: str
    length_s: float
    transcribed_s: float
    verified_s: float
    attempts: int
    last: Verification

    @property
    def line(self) -> str:
        """A row of the table."""
        outcome = "proved" if self.last.is_proved else f"withheld: {self.last.says}"
        return (
            f"| {self.name} | {self.length_s:.0f} | {self.last.listened_ms / 1000:.0f} | {self.transcribed_s:.1f} "
            f"| {self.verified_s:.1f} | {self.verified_s / self.transcribed_s:.2f} | {self.attempts} | {outcome} |"
        )


def measure(house: House, name: str, audio: bytes) -> Cost:
    """Transcribe, redact and prove one call, as the step does."""
    begun = time.process_time()
    transcript = house.hear(audio)
    transcribed_s = time.process_time() - begun
    hidden, verified_s = house.hide(audio, transcript, name=name), 0.0
    conversation, manifest = hidden.conversation, hidden.manifest
    proving = house.prover(audio, conversation, transcript, share=SHARE)
    attempts = 0
    while attempts < ATTEMPTS:
        attempts += 1
        redacted = render_audio(audio, dict(enumerate(manifest.muted)), style="silence")
        begun = time.process_time()
        result = proving.verify(redacted, manifest)
        verified_s += time.process_time() - begun
        if result.is_proved:
            break
        manifest = amend(manifest, conversation, result.findings, profile=DEFAULT_PROFILE)
    return Cost(
        name=name,
        length_s=transcript.duration_ms / 1000,
        transcribed_s=transcribed_s,
        verified_s=verified_s,
        attempts=attempts,
        last=result,
    )


def calls(files: list[str]) -> Iterator[tuple[str, bytes]]:
    """Give every sample call, all of them as one, and the files."""
    samples = [(path.parent.name, path.read_bytes()) for path in sorted(CALLS.glob("*/conversation.ogg"))]
    yield from samples
    yield "all as one call", a_file(np.concatenate([decode(audio) for _, audio in samples]))
    for name in files:
        yield Path(name).name, Path(name).read_bytes()


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as cache:
        house = House(
            transcriber=load_whisper_base(Path(cache), threads=1),
            listener=load_whisper_tiny_en(threads=1, digits_as_words=True, skips_silence=False),
            detector=Detector(load_models()),
        )
    print(f"A share of {SHARE:.2f} of each call is heard beside what is around its muted spans.\n")
    print("| call | s | s heard, all channels | transcription CPU s | verification CPU s | ratio | attempts | end |")
    print("|---|---|---|---|---|---|---|---|")
    costs = []
    for name, audio in calls([given for given in sys.argv[1:] if not given.startswith("--")]):
        costs.append(measure(house, name, audio))
        print(costs[-1].line, flush=True)
    total = sum(cost.verified_s for cost in costs) / sum(cost.transcribed_s for cost in costs)
    print(f"\nOver all: {total:.2f}; the dearest: {max(c.verified_s / c.transcribed_s for c in costs):.2f} (aim: 1.0)")
    if "--catches" in sys.argv:
        from tests.bench import canaries

        canaries.main(house)


if __name__ == "__main__":
    main()
