"""An answer full of fields beside the words: not one of them reaches an artifact, and what is hidden in the words is
hidden everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.transcript import Transcript
from pipeline.redaction.detect import Detector
from pipeline.redaction.models import load_models
from pipeline.store.artifacts import list_artifacts
from pipeline.vendors.deepgram import MODEL_VERSION, DeepgramTranscriber
from tests.answering import answering
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import NOTICE, ScriptedTranscriber, scripted_context

SAID = {0: "hi it's Margaret Wilson, my pin is 4 4 1 7 0 9.", 1: NOTICE}
CANARY = "canaryfield"
HIDDEN = ("margaret", "wilson", "4 4 1", "441709")


def words_of(text: str, at: float) -> list[dict[str, Any]]:
    return [
        {
            "word": word.lower().strip(".,"),
            "punctuated_word": word,
            "start": at + 0.2 * n,
            "end": at + 0.2 * n + 0.15,
            "confidence": 0.4321,
            "speaker": f"{CANARY} Margaret Wilson",
            "speaker_confidence": 0.4321,
            "language": CANARY,
            "sentiment": CANARY,
        }
        for n, word in enumerate(text.split())
    ]


def channel_of(number: int) -> dict[str, Any]:
    words = words_of(SAID[number], 3.0 if number == 0 else 0.1)
    spoken = f"{CANARY} {SAID[number]}"
    best = {
        "transcript": spoken, "confidence": 0.9, "words": words, "languages": [CANARY],
        "paragraphs": {"transcript": spoken, "paragraphs": [{"sentences": [{"text": spoken}], "speaker": CANARY}]},
        "summaries": [{"summary": spoken}], "translations": [{"language": CANARY, "translation": spoken}],
        "topics": [{"text": spoken, "topics": [{"topic": CANARY}]}],
        "entities": [{"label": "NAME", "value": f"{CANARY} Margaret Wilson", "confidence": 0.9}],
    }  # fmt: skip
    return {
        "alternatives": [best, {"transcript": spoken, "words": words_of(f"{CANARY} Margareta", 3.0)}],
        "search": [{"query": CANARY, "hits": [{"snippet": spoken, "start": 0.1, "end": 0.2}]}],
        "detected_language": CANARY,
        "channel_label": f"{CANARY} Margaret Wilson",
    }


def answer_for(body: bytes) -> dict[str, Any]:
    spoken = f"{CANARY} {SAID[0]}"
    utterances = [
        {"channel": n, "start": 3.0 if n == 0 else 0.1, "end": 5.0, "transcript": spoken, "id": CANARY,
         "speaker": CANARY, "words": words_of(SAID[n], 3.0)}
        for n in SAID
    ]  # fmt: skip
    return {
        "metadata": {
            "request_id": "r-1", "transaction_key": CANARY, "sha256": hashlib.sha256(body).hexdigest(),
            "created": "2026-11-21T09:00:00Z", "duration": 6.0, "channels": 2, "models": ["m"], "tags": [CANARY],
            "model_info": {"m": {"name": "general-nova-3", "version": MODEL_VERSION, "arch": CANARY}},
            "extra": {"caller_name": f"{CANARY} Margaret Wilson"}, "warnings": [{"message": spoken}],
            "summary_info": {"model_uuid": CANARY},
        },
        "results": {
            "channels": [channel_of(n) for n in SAID],
            "utterances": utterances,
            "summary": {"result": "success", "short": spoken},
            "topics": {"segments": [{"text": spoken, "topics": [{"topic": CANARY}]}]},
            "intents": {"segments": [{"text": spoken}]},
            "sentiments": {"segments": [{"text": spoken}], "average": {"sentiment": CANARY}},
            "entities": {"results": [{"value": f"{CANARY} Margaret Wilson"}]},
        },
        "caller_name": f"{CANARY} Margaret Wilson",
    }  # fmt: skip


@pytest.fixture
def host() -> Iterator[str]:
    """A vendor that answers as Deepgram does with everything switched on."""
    with answering(lambda body: json.dumps(answer_for(body)).encode()) as address:
        yield address


class Talkative(ScriptedTranscriber):
    """The real adapter, under a processor that every policy allows."""

    def __init__(self, log: Any, host: str) -> None:
        super().__init__(log)
        self._adapter = DeepgramTranscriber("key", host=host)

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        return self._adapter.transcribe(audio, language=language)


@pytest.mark.parametrize("style", ["label", "type", "mask", "remove", "hash", "encrypt"])
def test_nothing_beside_the_words_is_kept_and_nothing_hidden_is_published(
    database: Any, tenant: Any, tmp_path: Any, host: str, style: str
) -> None:
    context = scripted_context("", tmp_path, database=database)
    hears = {"local": Talkative(context.transcribers["local"]._log, host)}
    context = replace(context, transcribers=hears, detector=Detector(load_models()))
    line = Line(context=context, owner=tenant, folder=tmp_path)
    line.choose(text_style=style)
    steps = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish")
    recording = line.through(line.record(), *steps)
    with line.tx() as tx:
        made = list_artifacts(tx, recording=recording.id)
    bodies = {artifact.kind: line.context.vault.read(artifact).decode(errors="replace").lower() for artifact in made}
    assert "margaret" in bodies[ArtifactKind.TRANSCRIPT_ORIGINAL]
    assert [kind for kind, body in bodies.items() if CANARY in body] == []
    for kind in (ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST):
        assert [text for text in (*HIDDEN, "0.4321", "confidence") if text in bodies[kind]] == []
    assert CANARY not in json.dumps(line.facts(recording))
    published = json.loads(bodies[ArtifactKind.TRANSCRIPT_REDACTED])
    assert [turn.keys() for turn in published["turns"]] == [{"turn", "speaker", "channel", "text", "words"}] * 2
    assert {key for turn in published["turns"] for w in turn["words"] for key in w} == {"text", "start_ms", "end_ms"}
    assert [turn["speaker"] for turn in published["turns"]] == ["agent", "caller"]
