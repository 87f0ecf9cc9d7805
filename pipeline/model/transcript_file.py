"""A transcript as bytes and back: canonical JSON, so that the same words always have the same digest."""

from __future__ import annotations

import json
from typing import Any, Final

from pipeline.model.errors import IntegrityError
from pipeline.model.transcript import Transcript, Utterance, Word

_FORMAT: Final = 1


def write_transcript(transcript: Transcript) -> bytes:
    """Write a transcript; the vendor's request id is left out, since it differs at each repetition."""
    document = {
        "format": _FORMAT,
        "engine": transcript.engine,
        "model": transcript.model,
        "language": transcript.language,
        "duration_ms": transcript.duration_ms,
        "channels": [
            [[[w.text, w.start_ms, w.end_ms, w.confidence] for w in utterance.words] for utterance in channel]
            for channel in transcript.channels
        ],
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def read_transcript(body: bytes) -> Transcript:
    """Read what `write_transcript` wrote.

    Raises:
        IntegrityError: the bytes are not such a file.
    """
    try:
        document = json.loads(body)
        if document["format"] != _FORMAT:
            raise IntegrityError("a transcript of an unknown format")
        return Transcript(
            engine=document["engine"],
            model=document["model"],
            language=document["language"],
            duration_ms=document["duration_ms"],
            channels=tuple(
                tuple(_utterance(number, words) for words in channel)
                for number, channel in enumerate(document["channels"])
            ),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("not a transcript") from error


def _utterance(channel: int, words: list[list[Any]]) -> Utterance:
    return Utterance(
        channel=channel,
        words=tuple(
            Word(text=text, channel=channel, start_ms=start, end_ms=end, confidence=confidence)
            for text, start, end, confidence in words
        ),
    )
