"""Both name finders over many turns at once, handed to Presidio as its NLP engine.

spaCy runs its entity recogniser alone (tagger, parser and lemmatizer serve only context words, which the dialogue
replaces), in batches, inside a memory zone, so that words never seen before do not stay. Nothing of a turn outlives
the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.normalise import Kind, Written, write
from pipeline.redaction.rampart import RampartFinder
from pipeline.redaction.vocabulary import Vocabulary

_SPACY_TYPES: Final = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"}
_BATCH: Final = 128
_EMPTY_VOCAB: Final = Vocab()


@dataclass(frozen=True, slots=True)
class NameFound:
    """A name or place that a model saw: characters of the turn's text."""

    start: int
    end: int
    type: str
    score: float
    finder: str


class SpokenArtifacts(NlpArtifacts):
    """What recognisers are given for one turn: its written view, and what the models saw."""

    def __init__(self, written: Written, names: tuple[NameFound, ...]) -> None:
        super().__init__(
            entities=[], tokens=Doc(_EMPTY_VOCAB), tokens_indices=[], lemmas=[], nlp_engine=None, language="en"
        )
        self.written = written
        self.names = names


class SpokenNlpEngine(NlpEngine):
    """Presidio's NLP engine made of spaCy's entity recogniser and Rampart."""

    engine_name = "spoken"
    is_available = True

    def __init__(self, models: DetectionModels, vocabulary: Vocabulary) -> None:
        self._nlp = models.nlp
        self._rampart = RampartFinder(models)
        self._vocabulary = vocabulary

    def load(self) -> None:
        """Do nothing: the models come loaded."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> SpokenArtifacts:
        return next(artifacts for _, artifacts in self.process_batch([text], language))

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = _BATCH,
        n_process: int = 1,
        **_: Any,
    ) -> Iterator[tuple[str, SpokenArtifacts]]:
        """Yield each text with its artifacts, in order; models see only texts in which a name can be."""
        listed = list(texts)
        views = [write(text) for text in listed]
        seen = dict.fromkeys(text for text, view in zip(listed, views, strict=True) if self._may_name(view))
        names = self._names(list(seen), batch_size)
        for text, view in zip(listed, views, strict=True):
            yield text, SpokenArtifacts(view, names.get(text, ()))

    def is_stopword(self, word: str, language: str) -> bool:
        return self._vocabulary.is_talk(word)

    def is_punct(self, word: str, language: str) -> bool:
        return not any(c.isalnum() for c in word)

    def get_supported_entities(self) -> list[str]:
        return ["PERSON", "LOCATION", "STREET_ADDRESS", "ZIP_CODE"]

    def get_supported_languages(self) -> list[str]:
        return ["en"]

    def _may_name(self, view: Written) -> bool:
        """Say whether a turn holds a word that a finding would be believed for: a name, a place, a stranger."""
        keys = (view.tokens[p.first].key for p in view.pieces if p.kind in (Kind.WORD, Kind.MONTH))
        return any(self._vocabulary.is_known(key) for key in keys)

    def _names(self, texts: Sequence[str], batch_size: int) -> dict[str, tuple[NameFound, ...]]:
        found: dict[str, tuple[NameFound, ...]] = {}
        rampart = self._rampart.find(texts)
        with self._nlp.memory_zone():
            docs = self._nlp.pipe(texts, batch_size=batch_size)
            for text, doc, others in zip(texts, docs, rampart, strict=True):
                spans = [
                    NameFound(e.start_char, e.end_char, _SPACY_TYPES[e.label_], 0.75, "spacy")
                    for e in doc.ents
                    if e.label_ in _SPACY_TYPES
                ]
                seen = [NameFound(o.start, o.end, o.type, o.score, "rampart") for o in others]
                found[text] = (*spans, *seen)
        return found
