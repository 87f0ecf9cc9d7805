from __future__ import annotations

import pytest

from tests.pipeline.redaction.tones import ToneListener, Tongue
from tests.pipeline.vendors.contracts.transcriber import TranscriberContract

TONGUE = Tongue("the quick brown fox")


class TestTones(TranscriberContract):
    @pytest.fixture
    def transcriber(self) -> ToneListener:
        return ToneListener(TONGUE)

    @pytest.fixture
    def speech(self) -> bytes:
        return TONGUE.say({0: [("quick", 300), ("fox", 900)]}, seconds=2, channels=1)


def test_each_word_is_heard_where_it_was_said_and_on_its_channel_alone() -> None:
    call = TONGUE.say({0: [("the", 500), ("fox", 900)], 1: [("brown", 700)]}, seconds=2)

    heard = ToneListener(TONGUE).transcribe(call, language="en").words

    assert [(word.text, word.channel) for word in heard] == [("the", 0), ("brown", 1), ("fox", 0)]
    assert all(abs(word.start_ms - start) <= 50 for word, start in zip(heard, (500, 700, 900), strict=True))
