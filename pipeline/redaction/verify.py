"""Proof that redacted audio hides what it should: measured sample by sample, then heard again by a second recogniser.

The measurement says that muted spans are silent, or exactly the tone, and that nothing else changed. Listening says
that what was to be hidden cannot be made out around them, and that nothing else personal is heard that the transcriber
had missed. What is heard is compared in memory and dropped: the answer holds places and reasons, never words. No
recogniser's confidence takes part in any choice.

A result that is not proved is not published: the caller widens the places it names and renders again, or withholds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.model.entity import Entity, Evidence
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Conversation
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.finding import Finding, Reason, explain
from pipeline.redaction.inherited import is_inherited
from pipeline.redaction.listening import Listening
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.measure import measure
from pipeline.redaction.media_heard import Heard, HiddenValue, find_hidden
from pipeline.redaction.media_stream import stream_of, to_wav
from pipeline.redaction.overheard import APART_MS, EVIDENCE, Detect, Overheard, find_overheard, is_let_stand, written_at
from pipeline.redaction.render_audio import to_frames
from pipeline.redaction.stretches import SHARE
from pipeline.redaction.tone import tone_codes
from pipeline.redaction.wav_reader import WavReader

__all__ = ["Ears", "Finding", "HiddenValue", "Reason", "Verification", "Verifier", "hidden_values"]


type Place = tuple[int, TimeSpan]
"""A channel and a time on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """Who listens again, who looks for personal data in what is heard, and to what share of the call beside the spans.

    The listener is another recogniser than the one that transcribed; the detector is the one that made the manifest.
    """

    listener: Transcriber
    detect: Detect
    share: float = SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found wrong, who listened, and to how much over all channels and attempts."""

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

    @property
    def says(self) -> str:
        """What is wrong in one line, with kinds and without places or words."""
        return explain(self.findings)


class Verifier:
    """Proves the redactions of one call, one after the other; what did not change since is not heard again.

    What is heard is kept in memory as long as this lives.
    """

    def __init__(
        self,
        original: bytes,
        conversation: Conversation,
        *,
        transcribed_by: tuple[str, str],
        ears: Ears,
        let_stand: Sequence[Place] = (),
    ) -> None:
        """Begin with what is to be redacted.

        Args:
            original: the audio before.
            conversation: what was transcribed of it.
            transcribed_by: engine and model that did.
            ears: who listens.
            let_stand: where a reviewer said that what is heard need not be hidden.

        Raises:
            InvalidInput: the audio cannot be decoded.
        """
        wav = to_wav(original)
        self._original = WavReader.of(wav)
        self._tone = cache(lambda: tone_codes(stream_of(wav)))
        self._conversation = conversation
        self._transcribed_by = transcribed_by
        self._ears = ears
        self._listening = Listening(
            listener=ears.listener,
            language=conversation.language,
            # Nobody who has not heard the call can tell to what of it will be listened.
            seed=hashlib.sha256(original).digest(),
            share=ears.share,
        )
        self._let_stand = tuple(let_stand)
        self._learned: list[HiddenValue] = []

    def verify(self, redacted: bytes, manifest: Manifest) -> Verification:
        """Measure redacted audio against the original, then listen to it.

        Args:
            redacted: what `render_audio` made of the original.
            manifest: what it was made from.

        Raises:
            Withheld: a span does not fit the original.
            VendorError: the listener's fault.
        """
        muted = dict(enumerate(manifest.muted))
        spans = to_frames(muted, self._original.layout)
        findings = measure(self._original, redacted, spans, tone=self._tone)
        if not findings:
            findings = tuple(self._listen(WavReader(sound=redacted, layout=self._original.layout), manifest))
        return Verification(
            findings=findings, listener=self._ears.listener.name, listened_ms=self._listening.listened_ms
        )

    def _listen(self, redacted: WavReader, manifest: Manifest) -> Iterator[Finding]:
        language = self._conversation.language.split("-")[0].lower()
        if language not in self._ears.listener.capabilities.languages:
            yield Finding(reason=Reason.UNSUPPORTED_LANGUAGE)
            return
        heard = self._listening
        hidden = [*hidden_values(self._conversation, manifest), *self._learned]
        # Around every place where something to be hidden was said, whether or not a span covers it.
        heard.hear(redacted, dict(enumerate(manifest.muted)), places=[value.time for value in hidden])
        if self._transcribed_by in heard.recognisers:
            yield Finding(reason=Reason.SAME_RECOGNISER)
            return
        for channel in heard.not_understood:
            yield Finding(reason=Reason.LOW_SPEECH_COVERAGE, channel=channel)
        yield from self._find(manifest, hidden, channels=redacted.layout.channels)

    def _find(self, manifest: Manifest, hidden: list[HiddenValue], *, channels: int) -> Iterator[Finding]:
        words = self._listening.words
        still = [
            place
            for channel in range(channels)
            for place in find_hidden([word for word in words if word.channel == channel], hidden)
            if place.is_rest or not self._is_let_stand(place, manifest)
        ]
        for place in still:
            yield self._still_heard(place, manifest)
        overheard = find_overheard(
            words,
            self._listening.stretches,
            conversation=self._conversation,
            manifest=manifest,
            detect=self._ears.detect,
        )
        for value in overheard:
            if self._may_be_heard(value):
                continue
            if not any(value.channel == place.channel and value.time.touches(place.time) for place in still):
                self._learned.append(_value_of(value))
                yield _unhidden(value)

    def _may_be_heard(self, value: Overheard) -> bool:
        """Say whether all of it lies where a reviewer let it stand, give or take what recognisers differ by."""
        return any(
            channel == value.channel
            and time.start_ms - APART_MS <= value.time.start_ms
            and value.time.end_ms <= time.end_ms + APART_MS
            for channel, time in self._let_stand
        )

    def _is_let_stand(self, place: Heard, manifest: Manifest) -> bool:
        heard = [w for w in self._listening.words if w.channel == place.channel and w.time.touches(place.time)]
        return is_let_stand(heard, self._conversation, manifest)

    def _still_heard(self, place: Heard, manifest: Manifest) -> Finding:
        """Name a place; where it is no rest of what is hidden there, the transcript may say it too."""
        entities: tuple[Entity, ...] = ()
        if not place.is_rest:
            evidence = (Evidence(recognizer=EVIDENCE, view="heard again", pattern="hidden value"),)
            entities = written_at(
                self._conversation, manifest, place.channel, place.time, kind=place.kind, score=1.0, evidence=evidence
            )
        return Finding(
            reason=Reason.STILL_HEARD, channel=place.channel, time=place.time, kind=place.kind, entities=entities
        )


def hidden_values(conversation: Conversation, manifest: Manifest) -> list[HiddenValue]:
    """List what must not be heard, with where it was said. In memory only.

    What was hidden before the recording came is not known here, and so not listened for.
    """
    turns = {turn.index: turn for turn in conversation.turns}
    return [
        HiddenValue(
            kind=entry.type,
            text=turns[entry.turn].text[entry.span.start : entry.span.end],
            channel=entry.channel,
            time=TimeSpan(min(t.start_ms for t in entry.times), max(t.end_ms for t in entry.times)),
        )
        for entry in manifest.entries
        if not is_inherited(entry)
    ]


def _value_of(value: Overheard) -> HiddenValue:
    return HiddenValue(kind=value.kind, text=value.text, channel=value.channel, time=value.time)


def _unhidden(value: Overheard) -> Finding:
    return Finding(
        reason=Reason.UNHIDDEN, channel=value.channel, time=value.time, kind=value.kind, entities=value.entities
    )
