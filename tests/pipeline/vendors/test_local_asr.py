from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.model.errors import IntegrityError
from pipeline.model.transcript import Word
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.audio import decode, describe
from pipeline.vendors.local_asr import WhisperTranscriber, load_whisper_base, load_whisper_tiny_en
from samples.scenario import CALLS
from tests.pipeline.redaction.sounds import a_file
from tests.pipeline.vendors.contracts.transcriber import TranscriberContract

# The caller of this sample says a card's number; the second group of it lies between these seconds.
CONVERSATION = CALLS / "card-number-read-back" / "conversation.ogg"


def cut(first_s: float, last_s: float, *, channel: int = 0) -> bytes:
    audio = CONVERSATION.read_bytes()
    rate = describe(audio).sample_rate
    return a_file(decode(audio)[int(first_s * rate) : int(last_s * rate), channel : channel + 1], rate=rate)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def base(cache: Path) -> WhisperTranscriber:
    return load_whisper_base(cache)


@pytest.fixture(scope="session")
def tiny() -> WhisperTranscriber:
    return load_whisper_tiny_en(digits_as_words=True)


class TestWhisperBase(TranscriberContract):
    @pytest.fixture
    def transcriber(self, base: WhisperTranscriber) -> Transcriber:
        return base

    @pytest.fixture
    def speech(self) -> bytes:
        return cut(7.5, 10.5)


class TestWhisperTinyEn(TranscriberContract):
    @pytest.fixture
    def transcriber(self, tiny: WhisperTranscriber) -> Transcriber:
        return tiny

    @pytest.fixture
    def speech(self) -> bytes:
        return cut(7.5, 10.5)


def said(words: Sequence[Word]) -> str:
    return re.sub(r"[^a-z0-9]", "", " ".join(word.text.casefold() for word in words))


def test_base_hears_a_number_in_figures_near_the_time_it_was_said(base: WhisperTranscriber) -> None:
    words = base.transcribe(cut(7.5, 11), language="en-US").words

    heard = said(words)
    assert "0151" in heard
    assert "1283" in heard
    # It is said from 0.4 to 2.7 s of the cut; word times err by up to half a second.
    assert -1 <= words[0].start_ms <= 900
    assert 2200 <= words[-1].end_ms <= 3500


def test_digits_as_words_give_each_digit_its_own_word_and_time(tiny: WhisperTranscriber) -> None:
    words = tiny.transcribe(cut(7.5, 11), language="en").words

    assert not any(sign.isdigit() for word in words for sign in word.text)
    assert said(words).startswith("zeroonefiveone") or said(words).startswith("ohonefiveone")
    assert len({word.start_ms for word in words}) >= 8


def test_base_knows_many_languages_and_tiny_english_alone(base: WhisperTranscriber, tiny: WhisperTranscriber) -> None:
    assert {"en", "es", "fr", "de"} <= set(base.capabilities.languages)
    assert tiny.capabilities.languages == ("en",)


def test_silence_says_nothing(base: WhisperTranscriber) -> None:
    transcript = base.transcribe(a_file(np.zeros((8000 * 5, 2), np.float32)), language="en")

    assert transcript.channels == ((), ())
    assert transcript.duration_ms == 5000


def test_a_recogniser_that_skips_no_silence_hears_a_word_between_silences() -> None:
    word, silence = decode(cut(7.5, 9)), np.zeros((8000 * 4, 1), np.float32)
    thorough = load_whisper_tiny_en(digits_as_words=True, skips_silence=False)

    words = thorough.transcribe(a_file(np.concatenate([silence, word, silence])), language="en").words

    assert "one" in said(words)
    assert "0" not in said(words)


@pytest.mark.parametrize("begin_s", [6, 9, 21])
def test_what_makes_a_search_loop_is_heard_alike_each_time(tiny: WhisperTranscriber, begin_s: float) -> None:
    stutter = a_file(np.concatenate([decode(cut(begin_s, begin_s + 0.5))] * 8))

    heard = [tiny.transcribe(stutter, language="en") for _ in range(4)]

    assert heard[0].words != ()
    assert heard[1:] == heard[:1] * 3


def test_a_joined_model_is_found_again_and_an_altered_one_stops_the_work(tmp_path: Path) -> None:
    load_whisper_base(tmp_path)
    (model,) = tmp_path.glob("*/model.bin")
    assert not list(tmp_path.glob("*/.*"))

    with model.open("r+b") as file:
        file.seek(1000)
        file.write(b"x")
    with pytest.raises(IntegrityError):
        load_whisper_base(tmp_path)

    with model.open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(IntegrityError):
        load_whisper_base(tmp_path)
