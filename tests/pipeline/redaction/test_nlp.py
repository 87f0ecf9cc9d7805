from __future__ import annotations

import numpy as np
import pytest
from presidio_analyzer.nlp_engine import NlpArtifacts
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.nlp import SpokenNlpEngine, ours
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def engine(models: DetectionModels, vocabulary: Vocabulary) -> SpokenNlpEngine:
    return SpokenNlpEngine(Tagger(models.weights, models.nlp, vocabulary), vocabulary)


def test_every_word_of_a_turn_gets_its_shares_and_they_add_up_to_one(engine: SpokenNlpEngine) -> None:
    artifacts = engine.process_text("my name is margaret wilson", "en")
    assert artifacts.shares.shape[0] == len(artifacts.turn.written.tokens) == 5
    assert np.allclose(artifacts.shares.sum(axis=1), 1, atol=1e-4)


def test_a_name_in_lower_case_is_likelier_personal_than_the_words_before_it(engine: SpokenNlpEngine) -> None:
    personal = 1 - engine.process_text("my name is margaret wilson", "en").shares[:, 0]
    assert personal[3:].min() > personal[:3].max()


def test_the_same_words_are_judged_by_what_was_asked(engine: SpokenNlpEngine) -> None:
    ((_, asked),) = engine.process_conversations([[("agent", "and your first name please"), ("caller", "grace")]])
    ((_, other),) = engine.process_conversations([[("agent", "what did they give you"), ("caller", "grace")]])
    assert asked.shares[0, 0] < other.shares[0, 0]


def test_a_batch_answers_in_order_and_like_one_by_one(engine: SpokenNlpEngine) -> None:
    texts = ["yes okay", "this is peter from leeds", "yes okay", "my sister anna lives in boston"]
    together = [artifacts.shares for _, artifacts in engine.process_batch(texts, "en")]
    alone = [engine.process_text(text, "en").shares for text in texts]
    assert all(np.allclose(one, other, atol=1e-4) for one, other in zip(together, alone, strict=True))


def test_the_engine_counts_as_loaded_and_speaks_english(engine: SpokenNlpEngine) -> None:
    assert (engine.is_loaded(), engine.get_supported_languages()) == (True, ["en"])
    assert engine.is_stopword("the", "en")
    assert engine.is_punct("?", "en")


def test_what_another_engine_made_is_refused(engine: SpokenNlpEngine) -> None:
    assert ours(engine.process_text("hello", "en")).turn.text == "hello"
    strange = NlpArtifacts([], Doc(Vocab()), [], [], engine, "en")
    with pytest.raises(TypeError, match="SpokenNlpEngine"):
        ours(strange)
