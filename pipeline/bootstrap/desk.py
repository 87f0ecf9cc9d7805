"""What a person at a desk works with: the steps that judge, export and erase, without any recogniser.

The detector is loaded when it is first asked, so that only a correction waits for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.model.entity import Entity
from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Conversation, Transcript
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.profile import RedactionProfile

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.redaction.detect import Detector
    from pipeline.steps.context import StepContext


class _NoEars:
    """Hears nothing: what is done at a desk needs no recogniser."""

    name = "none"
    audit = AuditMeta(processor=None, data_kind="none", purpose="none", region="local", policy_url=None)
    capabilities = Capabilities(languages=(), max_channels=0, max_duration_s=0)

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Refuse.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput("nothing is transcribed at a desk")


class _LateDetector:
    """The detector, loaded when it is first asked."""

    @cached_property
    def _detector(self) -> Detector:
        from pipeline.redaction.detect import Detector
        from pipeline.redaction.models import load_models

        return Detector(load_models())

    @property
    def version(self) -> str:
        return self._detector.version

    @version.setter
    def version(self, _: str) -> None:
        raise AttributeError("a detector's version is its own")

    def detect(self, conversation: Conversation, *, profile: RedactionProfile) -> tuple[Entity, ...]:
        return self._detector.detect(conversation, profile=profile)


def desk_context(base: Base) -> StepContext:
    """Give what steps work with where nothing is transcribed."""
    from pipeline.bootstrap.adapters import recordings_of
    from pipeline.policies.loader import load_bundle, load_law
    from pipeline.steps.context import StepContext
    from pipeline.vendors.twilio_decrypt import open_media

    return StepContext(
        vault=base.vault,
        clock=base.clock,
        vendor=recordings_of(base.settings),
        open_media=open_media,
        transcribers={},
        listener=_NoEars(),
        detector=_LateDetector(),
        law=load_law(),
        bundles=load_bundle,
    )
