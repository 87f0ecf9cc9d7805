"""What a recogniser or a user sends as a transcript is taken whole or refused, and a refusal holds no word of it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput, VendorError
from pipeline.model.transcript_file import read_transcript, write_transcript
from pipeline.redaction.conversation_json import read_conversation
from pipeline.vendors.deepgram import MODEL_VERSION, DeepgramTranscriber
from tests.fuzz.cases import altered, cases, damaged, look_at
from tests.pipeline.redaction.sounds import a_file, noise

SPEECH = a_file(noise(8_000, channels=1))
SECRET = "quokkamarmalade"
WORD = {"word": SECRET, "start": 0.1, "end": 0.4, "confidence": 0.9, "punctuated_word": SECRET.title()}
UTTERANCE = {
    "channel": 0,
    "start": 0.1,
    "end": 0.4,
    "confidence": 0.9,
    "transcript": SECRET,
    "words": [WORD],
    "id": "u",
}
ANSWER: dict[str, Any] = {
    "metadata": {
        "request_id": "r",
        "sha256": hashlib.sha256(SPEECH).hexdigest(),
        "created": "2026-11-21T09:00:00Z",
        "duration": 1.0,
        "channels": 1,
        "models": ["m"],
        "model_info": {"m": {"name": "n", "version": MODEL_VERSION, "arch": "a"}},
    },
    "results": {
        "channels": [{"alternatives": [{"transcript": SECRET, "confidence": 0.9, "words": [WORD, WORD]}]}],
        "utterances": [UTTERANCE],
    },
}
CONVERSATION = {"id": "c", "language": "en", "turns": [{"turn": 0, "speaker": "caller", "text": SECRET}]}


class Answers:
    """A server in Deepgram's place that gives whatever it holds."""

    body = b""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(Answers.body)))
            self.end_headers()
            self.wfile.write(Answers.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def transcriber(host: str) -> DeepgramTranscriber:
    return DeepgramTranscriber("secret-key", host=host)


def taken_or_refused(transcriber: DeepgramTranscriber) -> None:
    try:
        transcript = transcriber.transcribe(SPEECH, language="en")
    except VendorError as refusal:
        look_at(refusal, secret=SECRET)
        return
    assert list(read_transcript(write_transcript(transcript)).words) == list(transcript.words)
    assert all(0 <= word.start_ms < word.end_ms <= 1_000 for word in transcript.words)


def test_the_answer_that_is_altered_is_a_good_one(transcriber: DeepgramTranscriber) -> None:
    Answers.body = json.dumps(ANSWER).encode()

    assert len(list(transcriber.transcribe(SPEECH, language="en").words)) == 2


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1e300", "-1", '"x"', "null"])
@pytest.mark.parametrize("place", ["duration", "start", "end", "utterance", "confidence"])
def test_no_number_of_an_answer_is_an_error_of_ours(transcriber: DeepgramTranscriber, number: str, place: str) -> None:
    answer = copy.deepcopy(ANSWER)
    results = answer["results"]
    holder, key = {
        "duration": (answer["metadata"], "duration"),
        "utterance": (results["utterances"][0], "start"),
    }.get(place, (results["channels"][0]["alternatives"][0]["words"][0], place))
    holder[key] = "HERE"
    Answers.body = json.dumps(answer).replace('"HERE"', number).encode()

    taken_or_refused(transcriber)


@cases(30)
@given(data=st.data())
def test_an_altered_answer_is_taken_or_refused(transcriber: DeepgramTranscriber, data: st.DataObject) -> None:
    Answers.body = json.dumps(altered(ANSWER, data)).encode()
    taken_or_refused(transcriber)


@cases(15)
@given(data=st.data())
def test_a_damaged_answer_is_taken_or_refused(transcriber: DeepgramTranscriber, data: st.DataObject) -> None:
    Answers.body = damaged(json.dumps(ANSWER).encode(), data)
    taken_or_refused(transcriber)


@cases(60)
@given(data=st.data())
def test_an_altered_conversation_is_taken_or_refused(data: st.DataObject) -> None:
    line = json.dumps(altered(CONVERSATION, data)).encode()
    try:
        conversation, _ = read_conversation(damaged(line, data) if data.draw(st.booleans()) else line, "line 1")
    except InvalidInput as refusal:
        look_at(refusal, secret=SECRET)
        return
    for turn in conversation.turns:
        turn.text.encode()
