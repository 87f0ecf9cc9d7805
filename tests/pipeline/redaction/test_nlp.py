from __future__ import annotations

import pytest

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.nlp import SpokenNlpEngine
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def engine(models: DetectionModels, vocabulary: Vocabulary) -> SpokenNlpEngine:
    return SpokenNlpEngine(models, vocabulary)


def test_both_models_see_a_name_in_lower_case(engine: SpokenNlpEngine) -> None:
    artifacts = engine.process_text("my name is margaret wilson", "en")
    assert {name.finder for name in artifacts.names} == {"spacy", "rampart"}


def test_a_batch_answers_in_order_and_like_one_by_one(engine: SpokenNlpEngine) -> None:
    texts = ["yes okay", "this is peter from leeds", "yes okay", "my sister anna lives in boston"]
    together = [artifacts.names for _, artifacts in engine.process_batch(texts, "en")]
    alone = [engine.process_text(text, "en").names for text in texts]
    assert [[(n.start, n.end, n.type) for n in names] for names in together] == [
        [(n.start, n.end, n.type) for n in names] for names in alone
    ]


def test_a_turn_of_nothing_but_talk_is_not_shown_to_the_models(engine: SpokenNlpEngine) -> None:
    assert engine.process_text("yes okay thank you", "en").names == ()


def test_the_engine_counts_as_loaded_and_speaks_english(engine: SpokenNlpEngine) -> None:
    assert (engine.is_loaded(), engine.get_supported_languages()) == (True, ["en"])
    assert engine.is_stopword("the", "en")
    assert engine.is_punct("?", "en")
