"""What our own recognisers have in common: they read the written view of a turn and answer in the turn's characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from pipeline.model.entity import EntityType
from pipeline.redaction.nlp import ours
from pipeline.redaction.normalise import Written
from pipeline.redaction.read_turn import ReadTurn


@dataclass(frozen=True, slots=True)
class Found:
    """Pieces [first, last) of the written view that a rule takes for personal data, and the rule's name."""

    type: EntityType
    first: int
    last: int
    score: float
    pattern: str


class Result(RecognizerResult):
    """What one recogniser found. It is evidence of its own where another found the same, which Presidio would drop."""

    def contained_in(self, other: RecognizerResult) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash((self.entity_type, self.start, self.end, self.score))


class SpokenRecognizer(EntityRecognizer):
    """A Presidio recogniser whose rule is `find`."""

    types: ClassVar[tuple[EntityType, ...]]

    def __init__(self) -> None:
        super().__init__(supported_entities=[t.value for t in self.types], supported_language="en")

    def load(self) -> None:
        """Do nothing: rules are in the class."""

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find personal data in one turn."""
        raise NotImplementedError

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Answer Presidio: `find` over the turn's written view, as characters of `text`."""
        turn = ours(nlp_artifacts).turn
        return [result for found in self.find(turn) if (result := self._result(turn.written, found)) is not None]

    def _result(self, written: Written, found: Found) -> Result | None:
        span = written.said(found.first, found.last)
        if span is None:
            return None
        explained = AnalysisExplanation(
            recognizer=type(self).__name__, original_score=found.score, pattern_name=found.pattern
        )
        return Result(found.type.value, span.start, span.end, found.score, explained)
