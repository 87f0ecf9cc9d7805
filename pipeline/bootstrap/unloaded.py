"""What stands where a process loads no model. Asking it is refused, so nothing passes for heard or detected."""

from __future__ import annotations

from pipeline.model.entity import Entity
from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Conversation, Transcript
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.profile import RedactionProfile


class Unloaded:
    """Fills the places of a recogniser and of a detector."""

    name = "unloaded"
    version = "unloaded"

    def __init__(self) -> None:
        self.audit = AuditMeta(processor=None, data_kind="none", purpose="none", region="local", policy_url=None)
        self.capabilities = Capabilities(languages=(), max_channels=0, max_duration_s=0)

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Refuse: no recogniser is loaded."""
        raise InvalidInput("no recogniser is loaded in this process")

    def detect(self, conversation: Conversation, *, profile: RedactionProfile) -> tuple[Entity, ...]:
        """Refuse: no detector is loaded."""
        raise InvalidInput("no detector is loaded in this process")
