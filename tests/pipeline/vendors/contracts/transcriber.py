"""What every speech recogniser must do. A recogniser's test class inherits these cases and names its fixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import AuditMeta, Capabilities, Transcriber
from pipeline.redaction.audio import decode, describe
from tests.pipeline.redaction.sounds import a_file


class ScriptedTranscriber:
    """A recogniser that hears what it was told: for each channel, utterances of words with their start in ms.

    A word lasts 300 ms, or until the audio ends. It refuses what real recognisers refuse.
    """

    name = "scripted"
    audit = AuditMeta(processor=None, data_kind="audio", purpose="tests", region="local", policy_url=None)
    capabilities = Capabilities(languages=("en",), max_channels=20, max_duration_s=3600)

    def __init__(self, script: Mapping[int, Sequence[Sequence[tuple[str, int]]]] | None = None) -> None:
        self.script = script or {}
        self.heard: list[bytes] = []

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        if language.split("-")[0] not in self.capabilities.languages:
            raise InvalidInput("the scripted recogniser knows English alone")
        facts = describe(audio)
        self.heard.append(audio)
        return Transcript(
            engine="scripted",
            model="1",
            language=language,
            duration_ms=facts.duration_ms,
            channels=tuple(
                tuple(
                    Utterance(channel=channel, words=tuple(_word(*said, channel, facts.duration_ms) for said in run))
                    for run in self.script.get(channel, ())
                )
                for channel in range(facts.channels)
            ),
        )


class TranscriberContract:
    """Fixtures of the subclass: `transcriber`, and `speech`: mono audio in which it hears some words."""

    @pytest.fixture
    def call(self, speech: bytes) -> bytes:
        """Speech on the first and third of three channels; the second is silent."""
        said = decode(speech)[:, 0]
        return a_file(np.stack([said, np.zeros_like(said), said], axis=1), rate=describe(speech).sample_rate)

    def test_every_channel_is_listed_in_order_also_a_silent_one(self, transcriber: Transcriber, call: bytes) -> None:
        transcript = transcriber.transcribe(call, language="en-US")

        assert [bool(channel) for channel in transcript.channels] == [True, False, True]
        for number, channel in enumerate(transcript.channels):
            assert all(u.channel == number and all(w.channel == number for w in u.words) for u in channel)

    def test_words_have_times_of_their_own_that_go_forward_inside_the_audio(
        self, transcriber: Transcriber, call: bytes
    ) -> None:
        transcript = transcriber.transcribe(call, language="en-US")

        assert transcript.duration_ms == describe(call).duration_ms
        for channel in transcript.channels:
            words = [word for utterance in channel for word in utterance.words]
            assert all(0 <= word.start_ms < word.end_ms <= transcript.duration_ms for word in words)
            assert all(left.start_ms <= right.start_ms for left, right in pairwise(words))
            assert all(isinstance(ms, int) for word in words for ms in (word.start_ms, word.end_ms))
            assert all(utterance.words for utterance in channel)
            assert all(word.text == word.text.strip() != "" for word in words)

    def test_it_says_who_heard_and_in_which_language(self, transcriber: Transcriber, speech: bytes) -> None:
        transcript = transcriber.transcribe(speech, language="en-NZ")

        assert transcript.language == "en-NZ"
        assert transcript.engine
        assert transcript.model

    @pytest.mark.parametrize("audio", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVE"])
    def test_what_is_no_audio_is_refused(self, transcriber: Transcriber, audio: bytes) -> None:
        with pytest.raises(InvalidInput):
            transcriber.transcribe(audio, language="en")

    def test_a_language_it_does_not_know_is_refused_and_not_guessed(
        self, transcriber: Transcriber, speech: bytes
    ) -> None:
        with pytest.raises(InvalidInput):
            transcriber.transcribe(speech, language="tlh")

    def test_it_declares_what_it_can_do_and_who_receives_what(self, transcriber: Transcriber) -> None:
        assert transcriber.name
        assert "en" in transcriber.capabilities.languages
        assert transcriber.capabilities.max_channels >= 2
        assert transcriber.capabilities.max_duration_s >= 3600
        assert transcriber.audit.data_kind == "audio"
        assert (transcriber.audit.processor is None) is (transcriber.audit.region == "local")

    def test_a_transcript_does_not_show_its_words(self, transcriber: Transcriber, speech: bytes) -> None:
        transcript = transcriber.transcribe(speech, language="en")

        shown = repr(transcript)
        assert not any(f"'{word.text}'" in shown for word in transcript.words)


def _word(text: str, start_ms: int, channel: int, duration_ms: int) -> Word:
    start = min(start_ms, duration_ms - 1)
    return Word(text=text, channel=channel, start_ms=start, end_ms=min(start + 300, duration_ms), confidence=0.5)
