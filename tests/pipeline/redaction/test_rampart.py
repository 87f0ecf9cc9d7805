from __future__ import annotations

import pytest

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.rampart import RampartFinder


@pytest.fixture(scope="module")
def finder(models: DetectionModels) -> RampartFinder:
    return RampartFinder(models)


def test_a_name_is_found_whole_words_only(finder: RampartFinder) -> None:
    text = "my name is margaret okonkwo"
    ((part,),) = finder.find([text])
    assert (text[part.start : part.end], part.type) == ("margaret okonkwo", "PERSON")


def test_a_name_far_into_a_long_turn_is_found_at_its_place(finder: RampartFinder) -> None:
    text = "and then we talked about it " * 60 + "my name is john miller " + "and then we went home " * 60
    found = [text[p.start : p.end] for p in finder.find([text])[0] if p.type == "PERSON"]
    assert found == ["john miller"]


def test_no_text_and_empty_texts_give_nothing(finder: RampartFinder) -> None:
    assert finder.find([]) == []
    assert finder.find([""]) == [()]
