"""Proof that redacted audio hides what it should: measured sample by sample, then heard again by a second recogniser.

The measurement says that muted spans are silent, or exactly the tone, and that nothing else changed. Listening says
that what was to be hidden cannot be made out around them. What is heard is compared in memory and dropped: the answer
holds places and reasons, never words. No recogniser's confidence takes part in any choice.

A result that is not proved is not published: the caller widens the places it names and renders again, or withholds.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import soundfile

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Word
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.media_excerpts import Excerpts, choose_stretches, cut
from pipeline.redaction.media_heard import Heard, HiddenValue, find_hidden
from pipeline.redaction.media_wav import WavLayout, read_wav_layout
from pipeline.redaction.render_audio import FrameSpans, encoded_tone, regions, replacement, to_frames, to_wav

__all__ = ["Finding", "HiddenValue", "Reason", "Verification", "verify_redaction"]

_CHUNK_BYTES: Final = 1 << 24
# A-law has no zero: its silence decodes to 8/32768.
_SILENCE_PEAK: Final = 9 / 32768
# Speech gives some 2.5 words a second; sound with less than one in fifteen seconds was not understood.
_ACTIVE_MS: Final = 10_000
_MS_PER_WORD: Final = 15_000


class Reason(StrEnum):
    """Why a redaction is not proved."""

    UNDECODABLE = "UNDECODABLE"
    NOT_SILENT = "NOT_SILENT"
    CHANGED_OUTSIDE = "CHANGED_OUTSIDE"
    STILL_HEARD = "STILL_HEARD"
    LOW_SPEECH_COVERAGE = "LOW_SPEECH_COVERAGE"
    UNSUPPORTED_LANGUAGE = "UNSUPPORTED_LANGUAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where; no place means the whole file or channel. `kind` is of what was heard."""

    reason: Reason
    channel: int | None = None
    time: TimeSpan | None = None
    kind: EntityType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found wrong, who listened, and to how much over all channels."""

    findings: tuple[Finding, ...]
    listener: str
    listened_ms: int

    @property
    def is_proved(self) -> bool:
        """Say whether the redaction may be published."""
        return not self.findings

    @property
    def reasons(self) -> frozenset[Reason]:
        """The kinds of what is wrong."""
        return frozenset(finding.reason for finding in self.findings)


def verify_redaction(
    original: bytes,
    redacted: bytes,
    muted: Mapping[int, Sequence[TimeSpan]],
    *,
    listener: Transcriber,
    hidden: Sequence[HiddenValue],
    language: str,
) -> Verification:
    """Measure redacted audio against the original, then listen to it again.

    Args:
        original: the audio before.
        redacted: what `render_audio` made of it.
        muted: the spans that were to be replaced, by channel.
        listener: a recogniser other than the one that transcribed.
        hidden: what must not be heard.
        language: of the call, BCP-47.

    Raises:
        InvalidInput: the original cannot be decoded.
        Withheld: a span does not fit the original.
        VendorError: the listener's fault.
    """
    wav = to_wav(original)
    layout = read_wav_layout(wav)
    spans = to_frames(muted, layout)
    findings = tuple(_measure(wav, redacted, layout, spans))
    if findings:
        return Verification(findings=findings, listener=listener.name, listened_ms=0)
    return _listen(redacted, layout, spans, muted, listener=listener, hidden=hidden, language=language)


def _measure(wav: bytes, redacted: bytes, layout: WavLayout, spans: FrameSpans) -> Iterator[Finding]:
    try:
        if read_wav_layout(redacted) != layout or len(redacted) != len(wav):
            yield Finding(reason=Reason.CHANGED_OUTSIDE)
            return
        peaks = list(_peaks(redacted, spans))
    except (InvalidInput, soundfile.SoundFileError):
        yield Finding(reason=Reason.UNDECODABLE)
        return
    yield from _changes(wav, redacted, layout, spans)
    tone: bytes | None = None
    for channel, first, last, peak in peaks:
        if peak <= _SILENCE_PEAK and _is_replaced(redacted, layout, channel, (first, last), None):
            continue
        tone = tone or encoded_tone(wav, layout)
        if not _is_replaced(redacted, layout, channel, (first, last), tone):
            yield Finding(reason=Reason.NOT_SILENT, channel=channel, time=_time(first, last, layout))


def _peaks(redacted: bytes, spans: FrameSpans) -> Iterator[tuple[int, int, int, float]]:
    """Decode each muted span with libsndfile's own reading of the file, apart from ours, and give its peak."""
    with soundfile.SoundFile(io.BytesIO(redacted)) as file:
        for channel, channel_spans in spans.items():
            for first, last in channel_spans:
                file.seek(first)
                samples = file.read(last - first, dtype="float32", always_2d=True)
                if len(samples) != last - first:
                    raise InvalidInput("the redacted audio is shorter than the original")
                yield channel, first, last, float(np.abs(samples[:, channel]).max())


def _is_replaced(redacted: bytes, layout: WavLayout, channel: int, frames: tuple[int, int], tone: bytes | None) -> bool:
    first, last = frames
    return np.array_equal(
        _codes(redacted, layout, first, last)[:, channel], replacement(layout, tone, first, last - first)
    )


def _changes(wav: bytes, redacted: bytes, layout: WavLayout, spans: FrameSpans) -> Iterator[Finding]:
    """Compare all that was not to change: every byte outside the regions, and the other channels inside."""
    at = 0
    for first, last in regions(spans):
        start = layout.data_at + first * layout.frame_bytes
        yield from _differences(wav, redacted, at, start, layout)
        before, after = _codes(wav, layout, first, last), _codes(redacted, layout, first, last)
        for channel in range(layout.channels):
            is_kept = np.ones(last - first, dtype=bool)
            for begin, end in spans.get(channel, ()):
                is_kept[max(0, begin - first) : max(0, end - first)] = False
            is_changed = is_kept & (before[:, channel] != after[:, channel]).any(axis=1)
            if is_changed.any():
                where = np.flatnonzero(is_changed)
                time = _time(first + int(where[0]), first + int(where[-1]) + 1, layout)
                yield Finding(reason=Reason.CHANGED_OUTSIDE, channel=channel, time=time)
        at = layout.data_at + last * layout.frame_bytes
    yield from _differences(wav, redacted, at, len(wav), layout)


def _differences(wav: bytes, redacted: bytes, start: int, end: int, layout: WavLayout) -> Iterator[Finding]:
    before, after = np.frombuffer(wav, np.uint8), np.frombuffer(redacted, np.uint8)
    for at in range(start, end, _CHUNK_BYTES):
        piece = slice(at, min(at + _CHUNK_BYTES, end))
        if not np.array_equal(before[piece], after[piece]):
            where = at + np.flatnonzero(before[piece] != after[piece])
            first, last = ((int(byte) - layout.data_at) // layout.frame_bytes for byte in (where[0], where[-1]))
            is_audio = first >= 0 and last < layout.frames
            yield Finding(reason=Reason.CHANGED_OUTSIDE, time=_time(first, last + 1, layout) if is_audio else None)


def _listen(
    redacted: bytes,
    layout: WavLayout,
    spans: FrameSpans,
    muted: Mapping[int, Sequence[TimeSpan]],
    *,
    listener: Transcriber,
    hidden: Sequence[HiddenValue],
    language: str,
) -> Verification:
    if language.split("-")[0].lower() not in listener.capabilities.languages:
        return Verification(
            findings=(Finding(reason=Reason.UNSUPPORTED_LANGUAGE),), listener=listener.name, listened_ms=0
        )
    duration_ms = -(-layout.frames * 1000 // layout.sample_rate)
    # What is muted on one channel may be heard on another, so all are heard around every span; and around every place
    # where something to be hidden was said, whether or not a span covers it.
    places = [span for channel in muted.values() for span in channel]
    places += [value.time for value in hidden if value.time.start_ms < duration_ms]
    stretches = choose_stretches(places, duration_ms=duration_ms)
    findings: list[Finding] = []
    listened_ms = 0
    for channel in range(layout.channels):
        excerpts = cut(redacted, layout, channel, stretches=stretches, muted=spans)
        listened_ms += excerpts.listened_ms
        findings += _hear(excerpts, listener=listener, hidden=hidden, language=language)
    return Verification(findings=tuple(findings), listener=listener.name, listened_ms=listened_ms)


def _hear(
    excerpts: Excerpts, *, listener: Transcriber, hidden: Sequence[HiddenValue], language: str
) -> Iterator[Finding]:
    heard = listener.transcribe(excerpts.audio, language=language).words
    words = [_in_call(word, excerpts) for word in heard]
    if excerpts.active_ms >= _ACTIVE_MS and len(words) * _MS_PER_WORD < excerpts.active_ms:
        yield Finding(reason=Reason.LOW_SPEECH_COVERAGE, channel=excerpts.channel)
    for place in find_hidden(words, hidden):
        yield _still_heard(place)


def _still_heard(place: Heard) -> Finding:
    return Finding(reason=Reason.STILL_HEARD, channel=place.channel, time=place.time, kind=place.kind)


def _in_call(word: Word, excerpts: Excerpts) -> Word:
    time = excerpts.to_call(word.time)
    return Word(text=word.text, channel=excerpts.channel, start_ms=time.start_ms, end_ms=time.end_ms)


def _codes(
    wav: bytes, layout: WavLayout, first: int, last: int
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    raw = memoryview(wav)[layout.data_at + first * layout.frame_bytes : layout.data_at + last * layout.frame_bytes]
    return np.frombuffer(raw, np.uint8).reshape(last - first, layout.channels, layout.width)


def _time(first: int, last: int, layout: WavLayout) -> TimeSpan:
    return TimeSpan(first * 1000 // layout.sample_rate, -(-last * 1000 // layout.sample_rate))
