"""A local server that answers `POST /v1/listen` as Deepgram does, with words it really heard.

    python -m samples.deepgram_standin --port 8095

It recognises the posted audio with the tiny.en model and answers in Deepgram's documented shape. It stands in for the
vendor in the demo and in tests, so it keeps no audio and no words: its log holds query strings, digests and statuses.

Beside the API: `GET /control/log` lists the requests, `POST /control/answers` with
`{"status": 429, "times": 2}` or `{"garbage": true, "times": 1}` spoils the next answers, `POST /control/reset` forgets
both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import Transcriber

MODEL_UUID: Final = "00000000-0000-4000-8000-000000000003"
_GARBAGE: Final = b"<html>gateway</html>"
_MAX_BYTES: Final = 2_000_000_000


class DeepgramStandin:
    """The server; use it as a context manager, or start and stop it.

    Args:
        listener: who recognises what is posted.
        key: the only key that is accepted.
        port: 0 takes a free one.
    """

    def __init__(self, listener: Transcriber, *, key: str, port: int = 0) -> None:
        self.listener, self.key = listener, key
        self.lock = threading.Lock()
        self.log: list[dict[str, Any]] = []
        self.spoiled: list[int | None] = []
        standin = self

        class Handler(_Handler):
            server_standin = standin

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        """Begin to answer, in a thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve_forever(self) -> None:
        """Answer in this thread until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def next_spoiled(self) -> tuple[bool, int | None]:
        """Take the next answer to spoil: whether there is one, and its status (None for garbage)."""
        with self.lock:
            return (True, self.spoiled.pop(0)) if self.spoiled else (False, None)

    def note(self, query: str, body: bytes, status: int) -> None:
        """Keep what a test may ask about a request; never its body."""
        with self.lock:
            self.log.append(
                {
                    "query": query,
                    "sha256": hashlib.sha256(body).hexdigest(),
                    "bytes": len(body),
                    "status": status,
                    "at": datetime.now(UTC).isoformat(),
                }
            )


class _Handler(BaseHTTPRequestHandler):
    server_standin: DeepgramStandin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if urlsplit(self.path).path != "/control/log":
            return self._send(404, {"err_code": "NOT_FOUND"})
        with self.server_standin.lock:
            log = list(self.server_standin.log)
        self._send(200, {"requests": log})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MAX_BYTES))
        url = urlsplit(self.path)
        if url.path == "/v1/listen":
            self._listen(url.query, body)
        elif url.path == "/control/answers":
            wish = json.loads(body)
            with self.server_standin.lock:
                self.server_standin.spoiled += [None if wish.get("garbage") else wish["status"]] * wish.get("times", 1)
            self._send(200, {})
        elif url.path == "/control/reset":
            with self.server_standin.lock:
                self.server_standin.spoiled.clear()
                self.server_standin.log.clear()
            self._send(200, {})
        else:
            self._send(404, {"err_code": "NOT_FOUND"})

    def _listen(self, query: str, body: bytes) -> None:
        status, answer = self._answer(query, body)
        self.server_standin.note(query, body, status)
        self._send(status, answer)

    def _answer(self, query: str, body: bytes) -> tuple[int, dict[str, Any] | bytes]:
        request_id = str(uuid.uuid4())
        is_spoiled, status = self.server_standin.next_spoiled()
        if is_spoiled and status is None:
            return 200, _GARBAGE
        if is_spoiled and status is not None:
            return status, _error("SPOILED", "as told", request_id)
        if self.headers.get("Authorization") != f"Token {self.server_standin.key}":
            return 401, _error("INVALID_AUTH", "Invalid credentials.", request_id)
        options = {name: values[-1] for name, values in parse_qs(query).items()}
        try:
            heard = self.server_standin.listener.transcribe(body, language=options.get("language", "en"))
        except InvalidInput:
            return 400, _error("Bad Request", "failed to process audio: corrupt or unsupported data", request_id)
        return 200, _result(heard, options, hashlib.sha256(body).hexdigest(), request_id)

    def _send(self, status: int, answer: dict[str, Any] | bytes) -> None:
        payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        # A kept connection would be answered on after `stop`.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the control endpoint has the log."""


def _error(code: str, message: str, request_id: str) -> dict[str, Any]:
    return {"err_code": code, "err_msg": message, "request_id": request_id}


def _result(heard: Transcript, options: dict[str, str], sha256: str, request_id: str) -> dict[str, Any]:
    """Write a transcript as Deepgram does. Without `multichannel` it would mix the channels, which we never ask."""
    channels = heard.channels if options.get("multichannel") == "true" else heard.channels[:1]
    model = {"name": f"general-{options.get('model', 'base')}", "arch": options.get("model", "base")}
    result: dict[str, Any] = {
        "metadata": {
            "transaction_key": "deprecated",
            "request_id": request_id,
            "sha256": sha256,
            "created": datetime.now(UTC).isoformat(),
            "duration": heard.duration_ms / 1000,
            "channels": len(channels),
            "models": [MODEL_UUID],
            "model_info": {MODEL_UUID: {**model, "version": options.get("version", "latest")}},
        },
        "results": {"channels": [_channel([w for u in utterances for w in u.words]) for utterances in channels]},
    }
    if options.get("utterances") == "true":
        spoken = sorted((u for channel in channels for u in channel), key=lambda u: u.words[0].start_ms)
        result["results"]["utterances"] = [_utterance(utterance) for utterance in spoken]
    return result


def _channel(words: list[Word]) -> dict[str, Any]:
    alternative = {"transcript": _text(words), "confidence": _confidence(words), "words": [_word(w) for w in words]}
    return {"alternatives": [alternative]}


def _utterance(utterance: Utterance) -> dict[str, Any]:
    words = list(utterance.words)
    return {
        "start": words[0].start_ms / 1000,
        "end": words[-1].end_ms / 1000,
        "confidence": _confidence(words),
        "channel": utterance.channel,
        "transcript": _text(words),
        "words": [_word(word) for word in words],
        "id": str(uuid.uuid4()),
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "word": word.text.strip(".,?!;:").lower(),
        "start": word.start_ms / 1000,
        "end": word.end_ms / 1000,
        "confidence": 1.0 if word.confidence is None else word.confidence,
        "punctuated_word": word.text,
    }


def _text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def _confidence(words: list[Word]) -> float:
    return sum(1.0 if w.confidence is None else w.confidence for w in words) / len(words) if words else 0.0


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="standin")
    chosen = parser.parse_args()
    from pipeline.vendors.local_asr import load_whisper_tiny_en

    # Deepgram writes digits as they are said unless told otherwise.
    standin = DeepgramStandin(load_whisper_tiny_en(digits_as_words=True), key=chosen.key, port=chosen.port)
    sys.stdout.write(f"listening at {standin.base_url}\n")
    sys.stdout.flush()
    try:
        standin.serve_forever()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
