"""What a person at a desk works with: the steps that judge, export and erase, without any recogniser.

The detector is loaded when it is first asked, so that only a correction waits for it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.model.entity import Entity
from pipeline.model.transcript import Conversation
from pipeline.redaction.profile import RedactionProfile

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.redaction.detect import Detector
    from pipeline.steps.context import StepContext


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
    from pipeline.bootstrap import disposal_context

    return replace(disposal_context(base), detector=_LateDetector())
