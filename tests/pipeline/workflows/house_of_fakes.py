"""A step context whose vendors are scripted, on the real database, vault, engine and steps."""

from __future__ import annotations

import hashlib
import io
import os
import wave
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import NotFound
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Transcript, Utterance, Word
from pipeline.policies.loader import load_bundle, load_law
from pipeline.ports.recordings import FetchedMedia, VendorAccount, VendorRecording
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.audio import describe
from pipeline.redaction.profile import RedactionProfile
from pipeline.steps.context import StepContext
from pipeline.store.session import Database
from pipeline.store.vault import Vault
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.system_clock import SystemClock
from pipeline.vendors.twilio_decrypt import open_media
from tests.roles import beside

NOTICE = "This call is now being recorded and transcribed."
SAID = "my name is canaryname and my number is 5551234"


def tone(seconds: float = 6.0, channels: int = 2) -> bytes:
    """Make a WAV of 8 kHz PCM that is not silent."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join((n % 97 * 50).to_bytes(2, "little") * channels for n in range(int(seconds * 8000))))
    return out.getvalue()


def two_voices(seconds: float = 6.0) -> bytes:
    """Make a WAV of two channels that have nothing to do with each other."""
    out = io.BytesIO()
    voices = np.random.default_rng(1).integers(-3000, 3000, (int(seconds * 8000), 2), dtype=np.int16)
    soundfile.write(out, voices, 8000, format="WAV", subtype="PCM_16")
    return out.getvalue()


class Log:
    """What vendors were asked, in a file that survives the process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, line: str) -> None:
        """Add a line and see it to disk."""
        with self._path.open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[str]:
        """Read every line."""
        return self._path.read_text().split() if self._path.exists() else []


class FileVendor:
    """A telephony vendor whose only copy of each recording is a file."""

    def __init__(self, folder: Path, log: Log) -> None:
        self._folder, self._log = folder, log

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> FetchedMedia:
        self._log.note("fetch")
        path = self._folder / recording_sid
        if not path.exists():
            raise NotFound("no media")
        body = path.read_bytes()
        return FetchedMedia(body=body, sha256=hashlib.sha256(body).hexdigest())

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        raise NotImplementedError

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        return False

    def pause(self, account: VendorAccount, call_sid: str) -> str | None:
        return None

    def resume(self, account: VendorAccount, call_sid: str) -> str | None:
        return None

    def delete(self, account: VendorAccount, recording_sid: str) -> None:
        self._log.note("delete")
        (self._folder / recording_sid).unlink(missing_ok=True)

    def is_gone(self, account: VendorAccount, recording_sid: str) -> bool:
        return not (self._folder / recording_sid).exists()

    def list_recordings(
        self, account: VendorAccount, *, since: datetime, call_sid: str | None = None
    ) -> tuple[VendorRecording, ...]:
        return ()


class ScriptedTranscriber:
    """Hears the notice on channel 1, then what the script says on channel 0; bills each request."""

    name = "scripted"
    audit = AuditMeta(processor=None, data_kind="audio", purpose="speech recognition", region="local", policy_url=None)
    capabilities = Capabilities(languages=("en",), max_channels=2, max_duration_s=3600)

    def __init__(self, log: Log, *, caller: str = SAID) -> None:
        self._log, self._caller = log, caller

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        self._log.note("transcribe")
        return Transcript(
            engine="scripted",
            model="1",
            language=language,
            duration_ms=describe(audio).duration_ms,
            channels=((_utterance(0, self._caller, 3000),), (_utterance(1, NOTICE, 100),)),
        )


class DeafListener:
    """A second recogniser that makes out nothing."""

    name = "deaf"
    audit = AuditMeta(processor=None, data_kind="audio", purpose="verification", region="local", policy_url=None)
    capabilities = Capabilities(languages=("en",), max_channels=2, max_duration_s=3600)

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        facts = describe(audio)
        return Transcript(
            engine="deaf", model="1", language=language, duration_ms=facts.duration_ms, channels=((),) * facts.channels
        )


class WordDetector:
    """Finds the two canaries and nothing else, whatever the tenant's profile."""

    version = "scripted"
    _WORDS: Mapping[str, EntityType] = {"canaryname": EntityType.PERSON, "5551234": EntityType.PHONE_NUMBER}

    def detect(self, conversation: Conversation, *, profile: RedactionProfile) -> tuple[Entity, ...]:
        return tuple(
            Entity(
                turn=turn.index,
                span=CharSpan(at, at + len(word)),
                type=kind,
                score=1.0,
                group=1,
                evidence=(Evidence(recognizer="scripted"),),
            )
            for turn in conversation.turns
            for word, kind in self._WORDS.items()
            if (at := turn.text.find(word)) >= 0
        )


def scripted_context(app_url: str, folder: Path, *, database: Database | None = None) -> StepContext:
    """Put the real parts and the scripted ones together; everything lies under `folder`."""
    log = Log(folder / "vendor.log")
    vault = Vault(
        database=database or Database(beside(app_url), clock=SystemClock(), pool_size=4),
        objects=FileArtifacts(folder / "objects"),
        keys=FileKeys(folder / "keys"),
    )
    (folder / "vendor").mkdir(exist_ok=True)
    return StepContext(
        vault=vault,
        clock=SystemClock(),
        vendor=FileVendor(folder / "vendor", log),
        open_media=open_media,
        transcribers={"local": ScriptedTranscriber(log)},
        listener=DeafListener(),
        detector=WordDetector(),
        law=load_law(),
        bundles=load_bundle,
    )


def _utterance(channel: int, text: str, start_ms: int) -> Utterance:
    return Utterance(
        channel=channel,
        words=tuple(
            Word(text=word, channel=channel, start_ms=start_ms + 200 * n, end_ms=start_ms + 200 * n + 150)
            for n, word in enumerate(text.split())
        ),
    )


def long_ago() -> datetime:
    """A moment before every test."""
    return datetime(2026, 1, 1, tzinfo=UTC)
