from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from pipeline.model.entity import EntityType
from pipeline.redaction.nlp import SpokenArtifacts
from pipeline.redaction.read_turn import ReadTurn, read_turn
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer


class EveryRun(SpokenRecognizer):
    """Takes every run, for this test."""

    types: ClassVar = (EntityType.PIN,)

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        for run in turn.written.runs:
            yield Found(EntityType.PIN, run.first, run.last, 0.5, "run")


def test_what_a_rule_finds_in_the_written_view_is_answered_in_the_words_that_were_said() -> None:
    text = "it is double four, um, one okay"
    (result,) = EveryRun().analyze(text, ["PIN"], SpokenArtifacts(read_turn("caller", text)))
    assert text[result.start : result.end] == "double four, um, one"
    assert (result.analysis_explanation.recognizer, result.analysis_explanation.pattern_name) == ("EveryRun", "run")
