from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

from pipeline.redaction import normalise
from pipeline.redaction.normalise import ENGLISH, Tables, load_tables
from tests.pipeline.redaction.normalise.sayings import words_of

SOURCES = sorted(Path(normalise.__file__).parent.glob("*.py"))
FIELDS = {field.name for field in dataclasses.fields(Tables)}


def test_tables_are_not_changed_after_they_are_made() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ENGLISH.language = "es"  # type: ignore[misc]


def test_tables_can_be_looked_up_by_themselves() -> None:
    assert {ENGLISH: 1, load_tables("es"): 2}[ENGLISH] == 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_rule_holds_a_word_of_any_language(path: Path) -> None:
    """A language is data: what code compares with are signs, kinds and names of its own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(n.body[0].value) for n in ast.walk(tree) if _has_docstring(n)}  # type: ignore[attr-defined]
    told |= {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    told |= {id(n.value) for n in ast.walk(tree) if _is_enum_value(n)}  # type: ignore[attr-defined]
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
             and id(n) not in told}  # fmt: skip
    words = {word for language in ("en", "es") for word in words_of(load_tables(language)) if len(word) > 1}
    names = FIELDS | set(normalise.__all__) | {"said", "sure", "notes", "homophones", "first", "en", "es"}
    assert {text for text in texts if text.isalpha() and text in words} - names == set()


def _has_docstring(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


def _is_enum_value(node: ast.AST) -> bool:
    """An `Open` names each of its kinds by an example."""
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
