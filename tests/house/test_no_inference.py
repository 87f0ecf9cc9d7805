"""No voiceprint, no emotion, no inference of health: nothing that could draw one is installed or asked for."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import Capabilities
from tests.house.tree import ROOT, parse, sources

INFERS = (
    "pyannote", "speechbrain", "resemblyzer", "wespeaker", "nemo", "titanet", "opensmile", "audeering", "deepface",
    "fer", "vadersentiment", "textblob", "transformers", "afinn", "hume", "symbl", "modulate", "picovoice", "pveagle",
    "nuance", "spacytextblob", "flair", "stanza",
)  # fmt: skip
"""Packages whose purpose is to tell speakers by their voice, or what they feel."""
ASKED = {
    "diarize", "diarize_version", "sentiment", "topics", "intents", "summarize", "detect_entities", "detect_topics",
    "custom_topic", "custom_topic_mode", "custom_intent", "custom_intent_mode", "analyze_sentiment", "speaker_labels",
    "emotion", "emotions", "voiceprint", "speaker_embedding", "intelligence_service", "intelligenceService",
    "voice_id", "enroll",
}  # fmt: skip
"""Arguments by which vendors are asked for more than words."""
DEEPGRAM_IS_ASKED = {
    "request", "model", "version", "language", "mip_opt_out", "multichannel", "punctuate", "smart_format",
    "utterances", "request_options",
}  # fmt: skip
HEARD = {
    Word: {"text", "channel", "start_ms", "end_ms", "confidence"},
    Utterance: {"channel", "words"},
    Transcript: {"engine", "model", "language", "duration_ms", "channels", "request_id"},
}


def installed() -> set[str]:
    locks = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.lock"))]
    return {name.lower() for text in locks for name in re.findall(r"^([A-Za-z0-9_.\-]+)==", text, re.MULTILINE)}


@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
def test_no_package_that_draws_such_things_is_installed() -> None:
    names = installed()
    assert "deepgram-sdk" in names
    assert [name for name in names if any(name == one or name.startswith(f"{one}-") for one in INFERS)] == []


def asked(path: Path) -> set[str]:
    """Every name by which a file gives something on: keyword arguments, and keys of dictionaries."""
    named: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.keyword) and node.arg:
            named.add(node.arg)
        if isinstance(node, ast.Dict):
            named |= {k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    return named


@pytest.mark.parametrize("path", sources(), ids=str)
@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
def test_no_vendor_is_asked_for_more_than_words(path: Path) -> None:
    assert asked(path) & ASKED == set()


@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
def test_deepgram_is_asked_for_what_is_listed_and_nothing_else() -> None:
    calls = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(parse(Path("pipeline/vendors/deepgram.py")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "transcribe_file"
    ]
    assert calls == [DEEPGRAM_IS_ASKED]


@pytest.mark.parametrize("heard", HEARD, ids=lambda kind: kind.__name__)
@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
def test_a_transcript_has_no_place_for_anything_but_words(heard: type) -> None:
    assert {f.name for f in fields(heard)} == HEARD[heard]


@pytest.mark.clause("nejix", "8", "sensitive personal information beyond what is necessary")
def test_no_recogniser_declares_more_than_to_hear_words() -> None:
    assert {f.name for f in fields(Capabilities)} == {"languages", "max_channels", "max_duration_s"}
