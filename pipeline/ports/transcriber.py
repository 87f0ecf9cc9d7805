"""Who turns speech into words with times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.model.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMeta:
    """What an adapter sends to whom; the sub-processor page is made from these.

    `processor` is the name by which policies list it; None when nothing leaves the building.
    """

    processor: str | None
    data_kind: str
    purpose: str
    region: str
    policy_url: str | None
    log_safe_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a recogniser can do; audio that is longer or has more channels is never given to it."""

    languages: tuple[str, ...]
    max_channels: int
    max_duration_s: int


class Transcriber(Protocol):
    """A speech recogniser.

    It lists every channel of the audio in order, also the silent ones, and gives each word its own times.
    """

    name: str
    audit: AuditMeta
    capabilities: Capabilities

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Recognise each channel of a sound file on its own.

        Args:
            audio: a whole file (WAV of PCM, A-law, mu-law or float; FLAC; MP3; Ogg).
            language: BCP-47, such as `en-US`.

        Raises:
            InvalidInput: the bytes are not audio that can be decoded, or the language is not one of ours.
            VendorUnavailable, VendorRefused, VendorBrokeContract: the vendor's fault.
        """
        ...
