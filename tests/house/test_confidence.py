"""infra/decisions/0011: a recogniser's confidence chooses nothing that is hidden or muted."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.model.transcript import Word
from tests.house.tree import parse, sources

# What finds, hides, mutes and proves. Answers given aloud are judged by confidence, and nothing of them is muted by it.
CHOOSES_WHAT_IS_HIDDEN = ("pipeline/redaction", "pipeline/steps")


def readings(tree: ast.Module) -> list[int]:
    return [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "confidence"]


@pytest.mark.parametrize("path", [path for path in sources() if str(path).startswith(CHOOSES_WHAT_IS_HIDDEN)], ids=str)
def test_nothing_that_finds_hides_mutes_or_proves_reads_a_words_confidence(path: Path) -> None:
    assert readings(parse(path)) == []


def test_a_reading_would_be_seen() -> None:
    assert "confidence" in {field.name for field in fields(Word)}
    assert readings(ast.parse("sure = [w for w in words if w.confidence > 0.5]")) == [1]
