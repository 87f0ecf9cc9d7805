from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.model.errors import Withheld
from pipeline.redaction.detect import Detector
from pipeline.redaction.stream import SEEN_BEFORE, SETTLED_AFTER, Decision, StreamingDetector
from tests.pipeline.redaction.dialogues import a_conversation

CALL = (
    "agent: thanks for calling who am i speaking with",
    "caller: this is margaret okonkwo",
    "agent: and the card number margaret",
    "caller: four one one one",
    "agent: mm hmm",
    "caller: two two three three",
    "agent: two two three three yes",
    "caller: no sorry two two three four",
    "agent: and your date of birth",
    "caller: ninth of may",
    "agent: and the year",
    "caller: nineteen eighty one",
)


def heard(stream: StreamingDetector, lines: Sequence[str]) -> list[Decision]:
    decisions: list[Decision] = []
    for line in lines:
        speaker, _, text = line.partition(": ")
        decisions += stream.hear(speaker, text)
    return decisions


def cover(decision: Decision) -> set[int]:
    return {at for e in decision.entities for at in range(e.span.start, e.span.end)}


def test_every_turn_is_decided_at_once_and_settled_within_the_bounded_delay(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    for index, line in enumerate(CALL):
        decisions = heard(stream, [line])
        assert index in {d.turn for d in decisions}
        if index >= SETTLED_AFTER:
            assert {d.turn for d in decisions if d.is_settled} == {index - SETTLED_AFTER}


def test_a_decision_only_ever_widens(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    hidden: dict[int, set[int]] = {}
    for decision in [*heard(stream, CALL), *stream.finish()]:
        assert hidden.get(decision.turn, set()) <= cover(decision)
        hidden[decision.turn] = cover(decision)


def test_at_the_end_all_is_hidden_that_reading_the_whole_call_at_once_hides(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    last = {d.turn: cover(d) for d in [*heard(stream, CALL), *stream.finish()]}
    for entity in detector.detect(a_conversation(*CALL)):
        assert set(range(entity.span.start, entity.span.end)) <= last[entity.turn]


def test_a_name_learned_long_ago_is_still_hidden(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    heard(stream, CALL[:2])
    heard(stream, ["agent: one moment please", "caller: okay"] * 30)
    decision = max(heard(stream, ["agent: margaret are you still there"]), key=lambda d: d.turn)
    assert cover(decision) >= set(range(8))


def test_the_words_of_a_turn_are_gone_as_soon_as_no_later_turn_is_judged_by_them(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    heard(stream, ["caller: the porridge is cold", *["agent: one moment please"] * (SETTLED_AFTER + SEEN_BEFORE - 1)])
    assert "porridge" in words_kept(stream)
    heard(stream, ["agent: one moment please"])
    assert "porridge" not in words_kept(stream)


def words_kept(stream: StreamingDetector) -> str:
    return " ".join(heard.turn.text for heard in stream._heard)


def test_nothing_of_a_call_is_kept_after_it(detector: Detector) -> None:
    stream = StreamingDetector(detector=detector)
    heard(stream, CALL)
    stream.finish()
    (decision,) = heard(stream, ["agent: okonkwo holdings how can i help"])
    fresh = StreamingDetector(detector=detector)
    (alone,) = heard(fresh, ["agent: okonkwo holdings how can i help"])
    assert cover(decision) == cover(alone)


def test_a_language_without_a_detector_is_refused(detector: Detector) -> None:
    with pytest.raises(Withheld):
        StreamingDetector(detector=detector, language="es").hear("caller", "hola")
