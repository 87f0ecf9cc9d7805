from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline.redaction
from pipeline.model.entity import EntityType, Evidence
from pipeline.redaction.detect import Detector
from pipeline.redaction.explain import KINDS, UNKNOWN, explain
from pipeline.redaction.recognizers import word_recognizers, written_recognizers
from pipeline.redaction.vocabulary import Vocabulary
from tests.pipeline.redaction.dialogues import a_conversation

CALL = (
    "agent: harbour energy my name is sione may i take your full name",
    "caller: yeah it's aroha te wiata",
    "agent: thanks aroha and your date of birth",
    "caller: third of march eighty seven",
    "agent: and a phone number",
    "caller: oh two one double five five one four four",
    "agent: oh two one double five five one four four",
    "caller: i live at twelve oak street springfield write to me at aroha at example dot com",
)


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (
            Evidence(recognizer="Dialogue", pattern="dates in answer", slot="DATE_OF_BIRTH", question_turn=12),
            "answers the question for a date of birth in turn 12",
        ),
        (Evidence(recognizer="Dialogue", pattern="answer", question_turn=3), "answers the question in turn 3"),
        (
            Evidence(recognizer="Dialogue", pattern="read-back: number in answer", slot="PIN", question_turn=0),
            "repeats the answer to the question for a PIN in turn 0",
        ),
        (
            Evidence(recognizer="Dialogue", pattern="late spelled answer", slot="PERSON", question_turn=1),
            "is spelled in answer to the question for a name in turn 1",
        ),
        (
            Evidence(recognizer="Dialogue", slot="PERSON", part="family", question_turn=2),
            "answers the question for a family name in turn 2",
        ),
        (Evidence(recognizer="Propagation", pattern="name", learned_from_turn=7), "said again from turn 7"),
        (Evidence(recognizer="CheckDigits", pattern="card"), "passes the card check digit"),
        (Evidence(recognizer="Introductions", pattern="a new pattern"), "stands where people say a name"),
        (Evidence(recognizer="FoundLater"), UNKNOWN),
    ],
)
def test_evidence_is_a_sentence_for_people(evidence: Evidence, sentence: str) -> None:
    assert explain(evidence) == sentence


SOURCES = Path(pipeline.redaction.__file__).parent


def named_in(source: Path) -> Iterator[str]:
    """The recognisers that a file's evidence names, as it stands or by a constant of this or another module."""
    module = import_module(".".join(("pipeline", *source.relative_to(SOURCES.parent).with_suffix("").parts)))
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "recognizer":
            if isinstance(node.value, ast.Constant):
                yield str(node.value.value)
            elif isinstance(node.value, ast.Name):
                yield getattr(module, node.value.id)


def test_every_recogniser_has_a_sentence(vocabulary: Vocabulary) -> None:
    names = {r.name for r in (*word_recognizers(vocabulary), *written_recognizers())}
    names |= {name for source in SOURCES.glob("*.py") for name in named_in(source)}
    assert names >= {"Dialogue", "Propagation", "LoneAnswer", "FullNames", "TenantWords", "SecondRecogniser", "Fusion"}
    assert {name for name in names if explain(Evidence(recognizer=name)) == UNKNOWN} == set()


def test_every_evidence_of_a_call_is_explained(detector: Detector) -> None:
    evidence = [e for entity in detector.detect(a_conversation(*CALL)) for e in entity.evidence]
    assert len(evidence) > 8
    assert [e for e in evidence if explain(e) == UNKNOWN] == []
    assert all(e.score is not None for e in evidence if e.recognizer != "CheckDigits")


def test_every_type_has_a_name_for_people() -> None:
    assert set(KINDS) == set(EntityType)


ODD = st.text(min_size=1, max_size=30).map(lambda text: f"annabell {text} 5551234")


@given(
    st.sampled_from(["Dialogue", "Propagation", "spacy", "TenantWords"]) | ODD,
    st.none() | ODD | ODD.map(lambda text: f"read-back: {text}"),
    st.none() | ODD,
    st.none() | ODD,
    st.none() | st.integers(0, 999),
)
def test_nothing_that_a_rule_wrote_into_its_evidence_is_repeated(
    recognizer: str, pattern: str | None, slot: str | None, part: str | None, turn: int | None
) -> None:
    evidence = Evidence(
        recognizer=recognizer,
        view="annabell",
        pattern=pattern,
        slot=slot,
        part=part,
        question_turn=turn,
        learned_from_turn=turn,
    )
    said = explain(evidence)
    assert "annabell" not in said
    assert "5551234" not in said
