from __future__ import annotations

from pipeline.model.entity import EntityType
from pipeline.redaction.recognizers import word_recognizers, written_recognizers
from pipeline.redaction.vocabulary import Vocabulary


def test_together_the_recognisers_answer_only_with_types_of_ours(vocabulary: Vocabulary) -> None:
    answered = {
        entity
        for recognizer in (*word_recognizers(vocabulary), *written_recognizers())
        for entity in recognizer.supported_entities
    }
    assert answered <= set(EntityType.__members__)
    assert {"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS", "DATE_OF_BIRTH", "IP_ADDRESS"} <= answered
