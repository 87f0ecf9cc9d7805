from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType, Evidence
from pipeline.model.transcript import Turn
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.turn_view import TurnReader, TurnView
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def reader(models: DetectionModels, vocabulary: Vocabulary) -> TurnReader:
    return TurnReader(models, vocabulary)


def read(reader: TurnReader, text: str) -> TurnView:
    ((view,),) = reader.read([[Turn(index=3, speaker="caller", text=text)]])
    return view


def test_findings_of_both_views_are_in_characters_of_what_was_said(reader: TurnReader) -> None:
    text = "my address is ten dot one dot two dot three"
    spans = {(e.type, text[e.span.start : e.span.end], e.evidence[0].view) for e in read(reader, text).found}
    assert (EntityType.IP_ADDRESS, "ten dot one dot two dot three", "written") in spans


def test_a_written_phone_number_is_found_by_presidios_own_recogniser(reader: TurnReader) -> None:
    found = read(reader, "ring 415-555-2671 please").found
    assert "PhoneRecognizer" in {e.evidence[0].recognizer for e in found}


def test_an_empty_turn_has_nothing(reader: TurnReader) -> None:
    assert read(reader, " ").found == ()


def test_pieces_become_an_entity_of_the_turn(reader: TurnReader) -> None:
    view = read(reader, "pin double four nine")
    made = view.entity(1, 3, EntityType.PIN, 0.9, Evidence(recognizer="test"))
    assert made is not None
    assert (made.turn, made.span.start, made.span.end) == (3, 4, 20)
    assert view.entity(1, 1, EntityType.PIN, 0.9, Evidence(recognizer="test")) is None


def test_what_two_recognisers_find_alike_is_evidence_twice_and_in_the_same_order_each_time(reader: TurnReader) -> None:
    text = "my social is four six eight one one two oh nine oh"
    seen = [[(e.type, e.evidence[0].recognizer) for e in read(reader, text).found] for _ in range(3)]
    assert {(EntityType.US_SSN, "TaggedWords"), (EntityType.US_SSN, "LabelledNumbers")} <= set(seen[0])
    assert seen[1:] == seen[:1] * 2
