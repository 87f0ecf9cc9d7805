"""Our tagger, handed to Presidio as its NLP engine: every turn comes with its written view and each word's chances.

It reads whole conversations, since what a word is depends on what was asked. Nothing of a turn outlives the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.model.entity import EntityType
from pipeline.redaction.read_turn import ReadTurn, read_turn
from pipeline.redaction.tagger.features import features_of
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.vocabulary import Vocabulary

_NO_WORDS: Final = Doc(Vocab())


class SpokenArtifacts(NlpArtifacts):
    """What recognisers are given for one turn: how it reads, and for each token the shares of `LABELS`."""

    def __init__(self, turn: ReadTurn, shares: Floats | None = None) -> None:
        super().__init__(entities=[], tokens=_NO_WORDS, tokens_indices=[], lemmas=[], nlp_engine=None, language="en")
        self.turn = turn
        self.shares = np.zeros((len(turn.written.tokens), len(LABELS)), np.float32) if shares is None else shares


def ours(artifacts: NlpArtifacts) -> SpokenArtifacts:
    """Take what Presidio hands to a recogniser for what this engine made.

    Raises:
        TypeError: another engine made it.
    """
    if not isinstance(artifacts, SpokenArtifacts):
        raise TypeError("these recognisers read what SpokenNlpEngine makes")
    return artifacts


class SpokenNlpEngine(NlpEngine):
    """Presidio's NLP engine, made of the written view and the tagger."""

    engine_name = "spoken"
    is_available = True

    def __init__(self, tagger: Tagger, vocabulary: Vocabulary) -> None:
        self._tagger = tagger
        self._vocabulary = vocabulary

    def load(self) -> None:
        """Do nothing: the tagger comes loaded."""

    def is_loaded(self) -> bool:
        return True

    def process_conversations(self, conversations: Sequence[Sequence[tuple[str, str]]]) -> list[list[SpokenArtifacts]]:
        """Read conversations, each a sequence of speaker and text."""
        read = [[read_turn(speaker, text) for speaker, text in turns] for turns in conversations]
        shares = self._tagger.read([features_of(turns) for turns in read])
        return [[SpokenArtifacts(t, s) for t, s in zip(*both, strict=True)] for both in zip(read, shares, strict=True)]

    def process_text(self, text: str, language: str) -> SpokenArtifacts:
        return next(artifacts for _, artifacts in self.process_batch([text], language))

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_: Any
    ) -> Iterator[tuple[str, SpokenArtifacts]]:
        """Yield each text with its artifacts, in order, each as a conversation of its own."""
        listed = list(texts)
        for text, (artifacts,) in zip(listed, self.process_conversations([[("", t)] for t in listed]), strict=True):
            yield text, artifacts

    def is_stopword(self, word: str, language: str) -> bool:
        return self._vocabulary.is_talk(word)

    def is_punct(self, word: str, language: str) -> bool:
        return not any(c.isalnum() for c in word)

    def get_supported_entities(self) -> list[str]:
        return [kind.value for kind in EntityType]

    def get_supported_languages(self) -> list[str]:
        return ["en"]
