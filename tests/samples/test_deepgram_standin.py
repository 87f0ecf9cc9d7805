from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from samples.deepgram_standin import DeepgramStandin
from tests.pipeline.redaction.sounds import a_file, noise
from tests.pipeline.vendors.contracts.transcriber import ScriptedTranscriber

AUDIO = a_file(noise(8000 * 2))
SCRIPT = {0: [[("Yes,", 100), ("please.", 500)]], 1: [[("Hello.", 50)], [("Bye.", 1500)]]}
QUERY = "model=nova-3&version=v1&multichannel=true&utterances=true&mip_opt_out=true"


@pytest.fixture
def standin() -> Iterator[DeepgramStandin]:
    with DeepgramStandin(ScriptedTranscriber(SCRIPT), key="k") as running:
        yield running


def post(url: str, body: bytes = AUDIO, *, key: str = "Token k") -> tuple[int, Any]:
    request = urllib.request.Request(url, data=body, headers={"Authorization": key}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read())


def log_of(standin: DeepgramStandin) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{standin.base_url}/control/log") as answer:
        requests: list[dict[str, Any]] = json.loads(answer.read())["requests"]
    return requests


def test_it_answers_in_the_documented_shape(standin: DeepgramStandin) -> None:
    status, answer = post(f"{standin.base_url}/v1/listen?{QUERY}")

    assert status == 200
    metadata, results = answer["metadata"], answer["results"]
    assert metadata["sha256"] == hashlib.sha256(AUDIO).hexdigest()
    assert (metadata["duration"], metadata["channels"]) == (2.0, 2)
    assert metadata["model_info"][metadata["models"][0]] == {
        "name": "general-nova-3",
        "arch": "nova-3",
        "version": "v1",
    }
    first = results["channels"][0]["alternatives"][0]
    assert first["transcript"] == "Yes, please."
    assert first["words"][0] == {
        "word": "yes",
        "punctuated_word": "Yes,",
        "start": 0.1,
        "end": 0.4,
        "confidence": 0.5,
    }
    assert [(u["channel"], u["transcript"]) for u in results["utterances"]] == [
        (1, "Hello."),
        (0, "Yes, please."),
        (1, "Bye."),
    ]


def test_utterances_and_channels_come_when_they_are_asked_for(standin: DeepgramStandin) -> None:
    _, answer = post(f"{standin.base_url}/v1/listen?model=nova-3")

    assert answer["metadata"]["channels"] == 1
    assert len(answer["results"]["channels"]) == 1
    assert "utterances" not in answer["results"]


@pytest.mark.parametrize("key", ["", "k", "Bearer k", "Token other"])
def test_another_key_is_refused(standin: DeepgramStandin, key: str) -> None:
    assert post(f"{standin.base_url}/v1/listen", key=key)[0] == 401


def test_what_is_no_audio_is_refused(standin: DeepgramStandin) -> None:
    status, answer = post(f"{standin.base_url}/v1/listen", b"no sound")

    assert status == 400
    assert answer["err_code"] == "Bad Request"


def test_it_answers_badly_as_often_as_it_was_told(standin: DeepgramStandin) -> None:
    listen, control = f"{standin.base_url}/v1/listen", f"{standin.base_url}/control/answers"
    post(control, b'{"status": 429, "times": 2}')
    post(control, b'{"garbage": true}')

    assert [post(listen)[0] for _ in range(2)] == [429, 429]
    with pytest.raises(json.JSONDecodeError):
        post(listen)
    assert post(listen)[0] == 200


def test_its_log_tells_what_was_asked_and_keeps_no_sound_and_no_words(standin: DeepgramStandin) -> None:
    post(f"{standin.base_url}/v1/listen?{QUERY}")
    post(f"{standin.base_url}/v1/listen?mip_opt_out=false", key="Token other")

    first, second = log_of(standin)
    assert (first["query"], first["status"], first["bytes"]) == (QUERY, 200, len(AUDIO))
    assert first["sha256"] == hashlib.sha256(AUDIO).hexdigest()
    assert (second["query"], second["status"]) == ("mip_opt_out=false", 401)
    assert set(first) == {"query", "sha256", "bytes", "status", "at"}

    post(f"{standin.base_url}/control/reset", b"{}")
    assert log_of(standin) == []


def test_other_addresses_are_not_found(standin: DeepgramStandin) -> None:
    assert post(f"{standin.base_url}/v1/speak")[0] == 404
    assert post(f"{standin.base_url}/control/other")[0] == 404


def test_as_a_program_it_says_where_it_listens_and_refuses_other_keys() -> None:
    command = [sys.executable, "-m", "samples.deepgram_standin", "--key", "k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            address = program.stdout.readline().removeprefix("listening at ").strip()
            assert post(f"{address}/v1/listen", key="Token other")[0] == 401
        finally:
            program.terminate()
