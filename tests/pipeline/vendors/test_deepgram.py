from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pipeline.model.errors import VendorBrokeContract, VendorError, VendorRefused, VendorUnavailable
from pipeline.vendors.deepgram import EU_HOST, MODEL_VERSION, US_HOST, DeepgramTranscriber
from samples.deepgram_standin import DeepgramStandin
from tests.answering import answering
from tests.pipeline.redaction.sounds import a_file, noise
from tests.pipeline.vendors.contracts.transcriber import ScriptedTranscriber, TranscriberContract

SPEECH = a_file(noise(8000 * 2, channels=1))
SCRIPT = {
    0: [[("Hello,", 100), ("I'm", 400)], [("four", 900), ("oh", 1200)]],
    2: [[("Yes.", 700)]],
}


@pytest.fixture
def standin() -> Iterator[DeepgramStandin]:
    with DeepgramStandin(ScriptedTranscriber(SCRIPT), key="secret-key") as running:
        yield running


@pytest.fixture
def transcriber(standin: DeepgramStandin) -> DeepgramTranscriber:
    return DeepgramTranscriber("secret-key", host=standin.base_url)


class TestDeepgram(TranscriberContract):
    @pytest.fixture
    def transcriber(self, standin: DeepgramStandin) -> DeepgramTranscriber:
        return DeepgramTranscriber("secret-key", host=standin.base_url)

    @pytest.fixture
    def speech(self) -> bytes:
        return SPEECH


@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
@pytest.mark.clause("nejix", "2", "customers' call data to train AI models")
@pytest.mark.clause("connekz", "2", "handle calls (Twilio, Deepgram)")
@pytest.mark.acceptance(8)
def test_the_url_that_is_sent_opts_out_of_training_and_asks_for_raw_words_by_channel(
    standin: DeepgramStandin, transcriber: DeepgramTranscriber
) -> None:
    transcriber.transcribe(SPEECH, language="en-GB")

    (request,) = standin.log
    sent = parse_qsl(request["query"])
    assert ("mip_opt_out", "true") in sent
    assert dict(sent) == {
        "mip_opt_out": "true",
        "multichannel": "true",
        "model": "nova-3",
        "version": MODEL_VERSION,
        "language": "en-GB",
        "punctuate": "true",
        "smart_format": "false",
        "utterances": "true",
    }
    assert len(sent) == len(dict(sent))
    assert request["sha256"] == hashlib.sha256(SPEECH).hexdigest()


def test_an_english_that_deepgram_has_no_name_for_is_sent_as_english(
    standin: DeepgramStandin, transcriber: DeepgramTranscriber
) -> None:
    assert transcriber.transcribe(SPEECH, language="en-ZA").language == "en-ZA"
    assert ("language", "en") in parse_qsl(standin.log[0]["query"])


def test_words_keep_their_utterances_their_case_and_their_times(transcriber: DeepgramTranscriber) -> None:
    transcript = transcriber.transcribe(SPEECH, language="en")

    ((first, second),) = transcript.channels
    assert [(w.text, w.start_ms, w.end_ms) for w in first.words] == [("Hello,", 100, 400), ("I'm", 400, 700)]
    assert [w.text for w in second.words] == ["four", "oh"]
    assert transcript.model == f"general-nova-3@{MODEL_VERSION}"
    assert transcript.request_id


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, VendorRefused),
        (401, VendorRefused),
        (402, VendorRefused),
        (413, VendorRefused),
        (408, VendorUnavailable),
        (429, VendorUnavailable),
        (500, VendorUnavailable),
        (503, VendorUnavailable),
        (504, VendorUnavailable),
        (302, VendorBrokeContract),
    ],
)
def test_each_refusal_is_told_apart_and_asked_once(
    standin: DeepgramStandin, transcriber: DeepgramTranscriber, status: int, error: type[VendorError]
) -> None:
    standin.spoiled.append(status)

    with pytest.raises(error) as refusal:
        transcriber.transcribe(SPEECH, language="en")

    assert refusal.value.status == status
    assert len(standin.log) == 1
    assert refusal.value.__cause__ is None
    assert "as told" not in repr(refusal.value)


def test_a_wrong_key_is_refused_without_showing_it(standin: DeepgramStandin) -> None:
    with pytest.raises(VendorRefused) as refusal:
        DeepgramTranscriber("another-key", host=standin.base_url).transcribe(SPEECH, language="en")

    assert "another-key" not in str(refusal.value)


def test_no_answer_is_worth_another_attempt(standin: DeepgramStandin, transcriber: DeepgramTranscriber) -> None:
    standin.stop()

    with pytest.raises(VendorUnavailable, match="ConnectError"):
        transcriber.transcribe(SPEECH, language="en")


def test_audio_that_cannot_be_read_never_leaves(standin: DeepgramStandin, transcriber: DeepgramTranscriber) -> None:
    with pytest.raises(Exception, match="truncated"):
        transcriber.transcribe(SPEECH[:-100], language="en")

    assert standin.log == []


def _changed(**metadata: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda answer: answer["metadata"].update(metadata)


@pytest.mark.parametrize(
    "spoil",
    [
        _changed(sha256="0" * 64),
        _changed(channels=2),
        _changed(duration=0.5),
        _changed(model_info={"m": {"name": "general-nova-3", "version": "2020-01-01.0", "arch": "nova-3"}}),
        _changed(request_id=None),
        lambda answer: answer["results"]["channels"].append({"alternatives": [{"words": []}]}),
        lambda answer: answer["results"]["channels"].clear(),
        lambda answer: answer["results"]["channels"][0]["alternatives"].clear(),
        lambda answer: answer["results"]["channels"][0]["alternatives"][0]["words"][0].pop("start"),
        lambda answer: answer["results"]["channels"][0]["alternatives"][0]["words"][0].update(start="soon SECRET"),
        lambda answer: answer["results"]["channels"][0]["alternatives"][0]["words"][0].update(start=-1),
        lambda answer: answer["results"].pop("utterances"),
        lambda answer: answer.pop("results"),
        lambda answer: answer.clear(),
    ],
)
@pytest.mark.acceptance(9)
def test_an_answer_of_another_shape_breaks_the_contract_and_stays_out_of_the_error(
    spoil: Callable[[dict[str, Any]], Any],
) -> None:
    with _spoiled_vendor(spoil) as host, pytest.raises(VendorBrokeContract) as broken:
        DeepgramTranscriber("key", host=host).transcribe(SPEECH, language="en")

    assert "SECRET" not in str(broken.value)
    assert broken.value.__cause__ is None


@pytest.mark.parametrize("answer", [b"<html>SECRET</html>", b"[]", b"null", b'"SECRET"', b""])
def test_garbage_breaks_the_contract(answer: bytes) -> None:
    with _spoiled_vendor(lambda _: answer) as host, pytest.raises(VendorBrokeContract) as broken:
        DeepgramTranscriber("key", host=host).transcribe(SPEECH, language="en")

    assert "SECRET" not in str(broken.value)


def test_joined_digits_do_not_replace_the_word_as_said() -> None:
    def format_smartly(answer: dict[str, Any]) -> None:
        answer["results"]["channels"][0]["alternatives"][0]["words"][0]["punctuated_word"] = "4,000"

    with _spoiled_vendor(format_smartly) as host:
        transcript = DeepgramTranscriber("key", host=host).transcribe(SPEECH, language="en")

    assert [word.text for word in transcript.words] == ["four", "oh"]


def test_words_out_of_order_or_beyond_the_end_are_brought_inside() -> None:
    def disorder(answer: dict[str, Any]) -> None:
        first, second = answer["results"]["channels"][0]["alternatives"][0]["words"]
        first.update(start=1.9, end=2.5)
        second.update(start=1.0, end=1.0)

    with _spoiled_vendor(disorder) as host:
        words = DeepgramTranscriber("key", host=host).transcribe(SPEECH, language="en").words

    assert [(word.start_ms, word.end_ms) for word in words] == [(1900, 1901), (1900, 2000)]


def test_the_region_of_the_processor_follows_the_host() -> None:
    assert DeepgramTranscriber("key", host=US_HOST).audit.region == "us"
    assert DeepgramTranscriber("key", host=EU_HOST).audit.region == "eu"
    assert DeepgramTranscriber("key", host="https://deepgram.internal").audit.region == "self-hosted"
    assert DeepgramTranscriber("key").audit.processor == "deepgram"


@contextmanager
def _spoiled_vendor(spoil: Callable[[dict[str, Any]], Any]) -> Iterator[str]:
    """A vendor that answers as Deepgram does, with one thing changed (in place, or as bytes instead)."""

    def answer(body: bytes) -> bytes:
        words = [
            {"word": "four", "start": 0.1, "end": 0.4, "confidence": 0.9, "punctuated_word": "four"},
            {"word": "oh", "start": 0.4, "end": 0.7, "confidence": 0.9, "punctuated_word": "oh"},
        ]
        said = {
            "metadata": {
                "request_id": "r-1",
                "sha256": hashlib.sha256(body).hexdigest(),
                "created": "2026-11-21T09:00:00Z",
                "duration": 2.0,
                "channels": 1,
                "models": ["m"],
                "model_info": {"m": {"name": "general-nova-3", "version": MODEL_VERSION, "arch": "nova-3"}},
            },
            "results": {
                "channels": [{"alternatives": [{"transcript": "four oh", "confidence": 0.9, "words": words}]}],
                "utterances": [{"start": 0.1, "end": 0.7, "channel": 0, "words": words}],
            },
        }
        instead = spoil(said)
        return instead if isinstance(instead, bytes) else json.dumps(said).encode()

    with answering(answer) as host:
        yield host
