from __future__ import annotations

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput, VendorUnavailable, Withheld
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript
from pipeline.redaction.media_wav import read_wav_layout
from pipeline.redaction.render_audio import AudioStyle, render_audio
from pipeline.redaction.verify import HiddenValue, Reason, Verification, verify_redaction
from pipeline.vendors.local_asr import WhisperTranscriber, load_whisper_tiny_en
from samples.scenario import CALLS
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, heard, noise
from tests.pipeline.vendors.contracts.transcriber import ScriptedTranscriber

MUTED = {0: [TimeSpan(1000, 2000), TimeSpan(4000, 4500)], 1: [TimeSpan(1500, 2500)]}
CALL = a_file(noise(8000 * 6))
CARD = HiddenValue(kind=EntityType.CREDIT_CARD, text="4111 2222", channel=0, time=TimeSpan(1000, 2000))


class ListenerOfChannels(ScriptedTranscriber):
    """Hears something else each time it is asked: each channel of a call is brought to it alone."""

    def __init__(self, *said: list[tuple[str, int]]) -> None:
        super().__init__()
        self.said = list(said)

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        said = self.said.pop(0) if self.said else []
        self.script = {0: [said]} if said else {}
        return super().transcribe(audio, language=language)


def verified(
    redacted: bytes, *said: list[tuple[str, int]], original: bytes = CALL, language: str = "en"
) -> Verification:
    return verify_redaction(
        original, redacted, MUTED, listener=ListenerOfChannels(*said), hidden=[CARD], language=language
    )


@pytest.mark.parametrize("style", ["silence", "beep"])
@pytest.mark.parametrize(("form", "encoding"), [*(("WAV", name) for name in WAV_ENCODINGS), *COMPRESSED])
def test_what_was_rendered_is_proved(form: str, encoding: str, style: AudioStyle) -> None:
    original = a_file(noise(16_000 * 6), rate=16_000, form=form, subtype=encoding)

    result = verified(render_audio(original, MUTED, style=style), original=original)

    assert result.is_proved
    assert result.listened_ms > 0
    assert result.listener == "scripted"


@given(st.integers(0, len(CALL) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found(at: int, change: int) -> None:
    redacted = bytearray(render_audio(CALL, MUTED, style="silence"))
    redacted[at] ^= change

    result = verified(bytes(redacted))

    assert not result.is_proved
    assert result.reasons <= {Reason.CHANGED_OUTSIDE, Reason.NOT_SILENT, Reason.UNDECODABLE}
    layout = read_wav_layout(CALL)
    if at >= layout.data_at:
        ms = (at - layout.data_at) // layout.frame_bytes * 1000 // layout.sample_rate
        assert all(f.time is not None and f.time.start_ms <= ms < f.time.end_ms for f in result.findings)


def test_a_span_that_was_not_muted_is_named() -> None:
    forgotten = {0: MUTED[0][:1], 1: MUTED[1]}

    result = verified(render_audio(CALL, forgotten, style="silence"))

    (finding,) = result.findings
    assert (finding.reason, finding.channel, finding.time) == (Reason.NOT_SILENT, 0, TimeSpan(4000, 4500))


def test_speech_mixed_under_a_tone_is_not_taken_for_the_tone() -> None:
    redacted = bytearray(render_audio(CALL, MUTED, style="beep"))
    layout = read_wav_layout(CALL)
    # One bit of one sample, some 90 dB below full scale.
    redacted[layout.data_at + 12_000 * layout.frame_bytes] ^= 1

    assert verified(bytes(redacted)).reasons == {Reason.NOT_SILENT}


def test_speech_mixed_far_below_hearing_is_not_taken_for_silence() -> None:
    samples = heard(render_audio(CALL, MUTED, style="silence"))
    samples[8000:16_000, 0] = heard(CALL)[8000:16_000, 0] / 1000

    assert verified(a_file(samples)).reasons >= {Reason.NOT_SILENT}


@pytest.mark.parametrize(
    "redacted",
    [b"", b"no sound", CALL[:1000], a_file(noise(8000 * 6), form="FLAC"), a_file(noise(8000 * 6, channels=1))],
)
def test_another_file_is_not_proved(redacted: bytes) -> None:
    assert verified(redacted).reasons & {Reason.UNDECODABLE, Reason.CHANGED_OUTSIDE}


def test_a_hidden_number_that_is_still_heard_is_found_with_its_place_and_kind() -> None:
    result = verified(render_audio(CALL, MUTED, style="silence"), [], [("it's", 1700), ("111222", 2000)])

    (finding,) = result.findings
    assert (finding.reason, finding.kind, finding.channel) == (Reason.STILL_HEARD, EntityType.CREDIT_CARD, 1)
    assert finding.time == TimeSpan(2000, 2300)
    assert "111222" not in repr(result)


def test_the_listener_hears_the_redacted_sound_alone() -> None:
    listener = ScriptedTranscriber()
    redacted = render_audio(CALL, MUTED, style="beep")

    verify_redaction(CALL, redacted, MUTED, listener=listener, hidden=[CARD], language="en")

    first, second = (heard(audio)[:, 0] for audio in listener.heard)
    assert np.abs(first[8000:16_000]).max() < 0.01
    assert np.abs(second[12_000:20_000]).max() < 0.01
    assert np.array_equal(first[:8000], heard(redacted)[:8000, 0])
    assert np.array_equal(second[:8000], heard(redacted)[:8000, 1])


def test_a_value_outside_every_muted_span_is_listened_for_where_it_was_said() -> None:
    call = a_file(noise(8000 * 60, channels=1))
    canary = HiddenValue(kind=EntityType.PERSON, text="Fittipaldi", channel=0, time=TimeSpan(30_000, 31_000))
    listener = ListenerOfChannels([("Fittipaldi", 12_500)])

    result = verify_redaction(call, call, {}, listener=listener, hidden=[canary], language="en-GB")

    (finding,) = [f for f in result.findings if f.reason is Reason.STILL_HEARD]
    assert finding.time is not None
    assert 27_000 <= finding.time.start_ms < 34_000


def test_sound_of_which_nothing_is_understood_is_not_proved() -> None:
    loud, silent = a_file(noise(8000 * 80, channels=1)), a_file(np.zeros((8000 * 80, 1), np.float32))

    for call, expected in ((loud, {Reason.LOW_SPEECH_COVERAGE}), (silent, set())):
        result = verify_redaction(call, call, {}, listener=ScriptedTranscriber(), hidden=[], language="en")
        assert result.reasons == expected


def test_a_language_the_listener_does_not_know_is_not_proved() -> None:
    result = verified(render_audio(CALL, MUTED, style="silence"), language="fr-FR")

    assert result.reasons == {Reason.UNSUPPORTED_LANGUAGE}


def test_spans_beyond_the_audio_withhold_it() -> None:
    with pytest.raises(Withheld):
        verify_redaction(CALL, CALL, {0: [TimeSpan(0, 7000)]}, listener=ScriptedTranscriber(), hidden=[], language="en")


def test_an_original_that_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(InvalidInput):
        verified(CALL, original=b"words")


def test_a_listener_that_fails_proves_nothing() -> None:
    class Unreachable(ScriptedTranscriber):
        def transcribe(self, audio: bytes, *, language: str) -> Transcript:
            raise VendorUnavailable("scripted", "listen")

    redacted = render_audio(CALL, MUTED, style="silence")
    with pytest.raises(VendorUnavailable):
        verify_redaction(CALL, redacted, MUTED, listener=Unreachable(), hidden=[CARD], language="en")


@pytest.fixture(scope="module")
def second_recogniser() -> WhisperTranscriber:
    return load_whisper_tiny_en(digits_as_words=True, skips_silence=False)


@pytest.mark.parametrize(
    ("name", "style"), [("card-number-read-back", "silence"), ("spelled-name-email-postcode", "beep")]
)
def test_real_speech_is_proved_hidden_and_a_canary_left_audible_is_caught(
    second_recogniser: WhisperTranscriber, name: str, style: AudioStyle
) -> None:
    call = (CALLS / name / "conversation.ogg").read_bytes()
    hidden = values_of(name)
    canary = next(value for value in hidden if len(value.text) > 15)
    others = [value for value in hidden if value is not canary]

    def listen(muted_values: list[HiddenValue]) -> Verification:
        muted = spans_of(muted_values)
        redacted = render_audio(call, muted, style=style)
        return verify_redaction(call, redacted, muted, listener=second_recogniser, hidden=hidden, language="en-GB")

    assert listen(hidden).is_proved
    left = listen(others)
    assert left.reasons == {Reason.STILL_HEARD}
    assert any(
        f.channel == canary.channel and f.time is not None and f.time.touches(canary.time) for f in left.findings
    )


def values_of(name: str) -> list[HiddenValue]:
    """What the sample's script says must be hidden, with the time at which it is said."""
    expected = yaml.safe_load((CALLS / name / "expected.yaml").read_text(encoding="utf-8"))
    return [
        HiddenValue(
            kind=EntityType(entry["type"]),
            text=entry["said"],
            channel=entry["channel"],
            time=TimeSpan(round(entry["start_s"] * 1000), round(entry["end_s"] * 1000)),
        )
        for entry in expected["must_hide"]
    ]


def spans_of(values: list[HiddenValue]) -> dict[int, list[TimeSpan]]:
    muted: dict[int, list[TimeSpan]] = {}
    for value in values:
        muted.setdefault(value.channel, []).append(TimeSpan(value.time.start_ms - 100, value.time.end_ms + 100))
    return muted
