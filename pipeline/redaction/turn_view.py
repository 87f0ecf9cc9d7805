"""One turn as detection sees it: the turn, its written view, and what recognisers found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.nlp import SpokenArtifacts, SpokenNlpEngine
from pipeline.redaction.normalise import Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers import word_recognizers, written_recognizers
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.vocabulary import Vocabulary

_DIGITS_FOR_PATTERNS: Final = 4


@dataclass(frozen=True, kw_only=True)
class TurnView:
    """A turn as it reads, each token's shares of `LABELS`, and the entities that recognisers saw in it."""

    turn: Turn
    read: ReadTurn
    shares: Floats = field(repr=False)
    found: tuple[Entity, ...]

    @property
    def written(self) -> Written:
        """The written view."""
        return self.read.written

    @property
    def text(self) -> str:
        """The words in lower case, single spaces."""
        return self.read.text

    @cached_property
    def token_starts(self) -> list[int]:
        """Where each token begins in the turn's text."""
        return [token.start for token in self.written.tokens]

    @cached_property
    def token_ends(self) -> list[int]:
        """Where each token ends in the turn's text."""
        return [token.end for token in self.written.tokens]

    def entity(self, first: int, last: int, type: EntityType, score: float, evidence: Evidence) -> Entity | None:
        """Make an entity of pieces [first, last), its evidence as sure as it is; None when they hold no words."""
        span = self.written.said(first, last)
        if span is None:
            return None
        sure = replace(evidence, score=score)
        return Entity(turn=self.turn.index, span=span, type=type, score=score, evidence=(sure,))


class _DialogueDecides(ContextAwareEnhancer):
    """Leaves scores as they are: which words stand near is judged by cues and by the dialogue, not by lemmas."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0,
            min_score_with_context_similarity=0,
            context_prefix_count=0,
            context_suffix_count=0,
        )

    def enhance_using_context(self, text, raw_results, nlp_artifacts, recognizers, context=None):  # type: ignore[no-untyped-def]
        return raw_results


class _AllOfThem(RecognizerRegistry):
    """Gives all its recognisers for every turn: which of them answer is known when they are made."""

    def get_recognizers(self, language, entities=None, all_fields=False, ad_hoc_recognizers=None):  # type: ignore[no-untyped-def]
        return self.recognizers


class TurnReader:
    """Runs Presidio over turns: our recognisers on the words, its own patterns on the written view."""

    def __init__(self, models: DetectionModels, vocabulary: Vocabulary) -> None:
        self._engine = SpokenNlpEngine(Tagger(models.weights, models.nlp, vocabulary), vocabulary)
        self._words = _analyzer(self._engine, word_recognizers(vocabulary))
        self._written = _analyzer(self._engine, written_recognizers())
        self._word_types = self._words.get_supported_entities()
        self._written_types = self._written.get_supported_entities()

    def read(self, conversations: Sequence[Sequence[Turn]]) -> list[list[TurnView]]:
        """Read conversations, in order; the tagger sees them all at once."""
        read = self._engine.process_conversations([[(t.speaker, t.text) for t in turns] for turns in conversations])
        return [
            [self._view(turn, artifacts) for turn, artifacts in zip(turns, own, strict=True)]
            for turns, own in zip(conversations, read, strict=True)
        ]

    def _view(self, turn: Turn, artifacts: SpokenArtifacts) -> TurnView:
        written = artifacts.turn.written
        found = self._analyze_words(turn, artifacts) if written.tokens else []
        if sum(c.isdecimal() for c in written.text) >= _DIGITS_FOR_PATTERNS:
            found += self._analyze_written(turn, artifacts)
        return TurnView(turn=turn, read=artifacts.turn, shares=artifacts.shares, found=tuple(found))

    def _analyze_words(self, turn: Turn, artifacts: SpokenArtifacts) -> list[Entity]:
        results = self._words.analyze(
            turn.text, "en", entities=self._word_types, nlp_artifacts=artifacts, return_decision_process=True
        )
        return [_entity(turn.index, CharSpan(r.start, r.end), r, "words") for r in sorted(results, key=_place)]

    def _analyze_written(self, turn: Turn, artifacts: SpokenArtifacts) -> list[Entity]:
        results = self._written.analyze(
            artifacts.turn.written.text,
            "en",
            entities=self._written_types,
            nlp_artifacts=artifacts,
            return_decision_process=True,
        )
        spans = [(artifacts.turn.written.said_at(r.start, r.end), r) for r in results]
        return [_entity(turn.index, span, r, "written") for span, r in spans if span is not None]


def _analyzer(engine: SpokenNlpEngine, recognizers: list) -> AnalyzerEngine:  # type: ignore[type-arg]
    registry = _AllOfThem(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry, nlp_engine=engine, supported_languages=["en"], context_aware_enhancer=_DialogueDecides()
    )


def _place(result) -> tuple[float, int, int, str]:  # type: ignore[no-untyped-def]
    """Give where a finding stands among others, the same for every run: Presidio leaves equals in any order."""
    return -result.score, result.start, result.start - result.end, result.analysis_explanation.recognizer


def _entity(turn: int, span: CharSpan, result, view: str) -> Entity:  # type: ignore[no-untyped-def]
    explained = result.analysis_explanation
    score = float(result.score)
    evidence = Evidence(recognizer=explained.recognizer, view=view, pattern=explained.pattern_name, score=score)
    known = EntityType.__members__.get(result.entity_type, EntityType.OTHER)
    return Entity(turn=turn, span=span, type=known, score=score, evidence=(evidence,))
