from __future__ import annotations

import json
from datetime import date

import pytest

from pipeline.cli.output import show, show_facts, show_table


def test_a_document_is_json_with_sorted_names(capsys: pytest.CaptureFixture[str]) -> None:
    show({"b": date(2026, 11, 21), "a": ["é"]})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": ["é"], "b": "2026-11-21"}
    assert out.index('"a"') < out.index('"b"')


def test_a_table_without_a_terminal_keeps_long_cells_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "value"), [("x" * 60, "[bold]shown as written[/bold]"), ("y", None)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "[bold]shown as written[/bold]" in lines[1]


def test_facts_stand_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"id": "hold_1", "released_at": None})
    assert capsys.readouterr().out == "id           hold_1\nreleased_at  \n"
