"""What a second recogniser makes out of redacted audio, kept in memory while a redaction is being proved.

Audio that did not change since it was heard is not heard again: after a redaction was widened, only what lies around
the change is. No recogniser's confidence is kept, so none can choose anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.span import TimeSpan, invert_times, merge_times
from pipeline.model.transcript import Word
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.media_excerpts import Excerpts, Piece, join
from pipeline.redaction.render_audio import to_frames
from pipeline.redaction.stretches import SHARE, around, audible_parts, choose_stretches
from pipeline.redaction.wav_reader import WavReader

type Spans = Mapping[int, Sequence[TimeSpan]]

# How much is brought to the listener at once.
_FILE_MS: Final = 600_000
_EDGE_MS: Final = 1_000
# Speech gives some 2.5 words a second; sound with less than one in fifteen seconds was not understood.
_ACTIVE_MS: Final = 10_000
_MS_PER_WORD: Final = 15_000


@dataclass(slots=True, kw_only=True)
class Listening:
    """Who listens to one call, in which language, to how much of it; and what was made out so far.

    `words` are those of every channel, at their time in the call. `stretches` are what was heard of it, `recognisers`
    who heard it, by engine and model, and `listened_ms` how much was heard over all channels, again included.
    """

    listener: Transcriber
    language: str
    seed: bytes
    share: float = SHARE
    words: list[Word] = field(default_factory=list, repr=False)
    stretches: tuple[TimeSpan, ...] = ()
    recognisers: set[tuple[str, str]] = field(default_factory=set)
    listened_ms: int = 0
    _muted: dict[int, tuple[TimeSpan, ...]] = field(default_factory=dict)
    _active_ms: Counter[int] = field(default_factory=Counter)
    _made_out: Counter[int] = field(default_factory=Counter)

    @property
    def not_understood(self) -> tuple[int, ...]:
        """The channels on which there is sound, and too few words were made out of it."""
        return tuple(
            channel
            for channel, active_ms in sorted(self._active_ms.items())
            if active_ms >= _ACTIVE_MS and self._made_out[channel] * _MS_PER_WORD < active_ms
        )

    def hear(self, redacted: WavReader, muted: Spans, *, places: Iterable[TimeSpan]) -> None:
        """Hear what has not been heard yet: around what is muted, around other places, and the sample of the rest.

        All channels are heard around every place: what is muted on one may be heard on another.

        Args:
            redacted: the redacted audio, as WAV.
            muted: the spans that were replaced in it, by channel.
            places: where else to listen; what of them lies beyond the end is left out.

        Raises:
            VendorError: the listener's fault.
        """
        duration_ms = redacted.layout.duration_ms
        wanted = [span for spans in muted.values() for span in spans]
        wanted += [place for place in places if place.start_ms < duration_ms]
        stretches = choose_stretches(wanted, duration_ms=duration_ms, seed=self.seed, share=self.share)
        fresh = [
            (channel, stretch)
            for channel in range(redacted.layout.channels)
            for stretch in self._unheard(channel, stretches, muted.get(channel, ()), duration_ms)
        ]
        heard_here = [(channel, self._without_edges(stretch)) for channel, stretch in fresh]
        self.words = [word for word in self.words if not _is_among(word, heard_here)]
        pieces = [
            (channel, part)
            for channel, stretch in fresh
            for part in audible_parts(redacted, channel, stretch, muted=muted.get(channel, ()))
        ]
        for together in _files(pieces):
            words = self._transcribe(join(redacted, together, muted=to_frames(muted, redacted.layout)))
            self.words += [word for word in words if _is_among(word, heard_here)]
        self.words.sort(key=lambda word: (word.start_ms, word.channel, word.end_ms))
        self.stretches = merge_times([*self.stretches, *stretches])
        self._muted = {channel: tuple(merge_times(spans)) for channel, spans in muted.items()}

    def _unheard(
        self, channel: int, stretches: Sequence[TimeSpan], muted: Sequence[TimeSpan], duration_ms: int
    ) -> tuple[TimeSpan, ...]:
        """Give what of the stretches was not heard before, or has changed since."""
        before = self._muted.get(channel, ())
        changed = [*_minus(muted, before, duration_ms), *_minus(before, muted, duration_ms)] if self.stretches else []
        fresh = [*_minus(stretches, self.stretches, duration_ms), *around(changed, duration_ms=duration_ms)]
        return merge_times(fresh)

    def _without_edges(self, stretch: TimeSpan) -> TimeSpan:
        """Leave out where a stretch begins or ends amid what was heard before: there the old words stand.

        Cut in two, a word at the edge might not be made out again.
        """
        start, end = stretch.start_ms, stretch.end_ms
        if any(before.start_ms < start < before.end_ms for before in self.stretches):
            start += _EDGE_MS
        if any(before.start_ms < end < before.end_ms for before in self.stretches):
            end -= _EDGE_MS
        return TimeSpan(start, end) if start < end else stretch

    def _transcribe(self, excerpts: Excerpts) -> list[Word]:
        heard = self.listener.transcribe(excerpts.audio, language=self.language)
        self.recognisers.add((heard.engine, heard.model))
        words = [_in_call(word, excerpts) for word in heard.words]
        self.listened_ms += excerpts.listened_ms
        self._active_ms.update(excerpts.active_ms)
        self._made_out.update(word.channel for word in words)
        return words


def _files(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Put pieces together, in order, as many as are brought to the listener at once."""
    together: list[Piece] = []
    for piece in pieces:
        if together and sum(stretch.duration_ms for _, stretch in [*together, piece]) > _FILE_MS:
            yield together
            together = []
        together.append(piece)
    if together:
        yield together


def _is_among(word: Word, places: Iterable[Piece]) -> bool:
    return any(word.channel == channel and stretch.touches(word.time) for channel, stretch in places)


def _in_call(word: Word, excerpts: Excerpts) -> Word:
    channel, time = excerpts.to_call(word.time)
    return Word(text=word.text, channel=channel, start_ms=time.start_ms, end_ms=time.end_ms)


def _minus(spans: Iterable[TimeSpan], others: Iterable[TimeSpan], duration_ms: int) -> list[TimeSpan]:
    outside = invert_times(others, total_ms=duration_ms)
    return [
        TimeSpan(max(span.start_ms, free.start_ms), min(span.end_ms, free.end_ms))
        for span in merge_times(spans)
        for free in outside
        if span.touches(free)
    ]
