from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli.redact import command
from pipeline.model.errors import InvalidInput

CALL = {
    "id": "c1",
    "turns": [
        {"turn": 4, "speaker": "agent", "text": "what is your pin"},
        {"turn": 9, "speaker": "caller", "text": "🙂 it's double four one", "words": [{"ignored": True}]},
    ],
}


def redact(source: Path, target: Path, *options: str) -> None:
    result = CliRunner().invoke(command, [str(source), str(target), *options])
    if result.exception is not None:
        raise result.exception


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_entities_come_out_by_the_turns_own_numbers_in_code_points(tmp_path: Path) -> None:
    redact(a_file(tmp_path, CALL, "", {"id": "c2", "turns": []}), tmp_path / "out.jsonl")
    first, second = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines())
    assert second == {"id": "c2", "turns": []}
    assert first["id"] == "c1"
    assert [turn["turn"] for turn in first["turns"]] == [4, 9]
    (entity,) = first["turns"][1]["entities"]
    assert (entity["start"], entity["end"], entity["type"]) == (7, 22, "PIN")
    assert 0 < entity["score"] <= 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "line 1: not JSON"),
        ([CALL, "[]"], "line 2: not a conversation"),
        ([CALL, {"id": 3, "turns": []}], "line 2: not a conversation"),
        ([CALL, {"id": "x", "turns": [{}]}], 'line 2, turn 0: no "text"'),
        ([CALL, {"id": "x", "turns": [{"text": "a", "turn": "b"}]}], "line 2, turn 0"),
        ([CALL, {"id": "x", "turns": [{"text": "a", "turn": 1}, {"text": "a", "turn": 1}]}], "line 2: two turns"),
        ([CALL, {"id": "x", "turns": [], "language": 1}], "line 2"),
        (["\n"], "no conversation"),
    ],
)
def test_bad_input_is_told_by_its_line_and_nothing_is_written(
    tmp_path: Path, lines: list[object], message: str
) -> None:
    source = a_file(tmp_path, *lines)
    with pytest.raises(InvalidInput, match=message):
        redact(source, tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == [source]


def test_a_failure_leaves_an_earlier_result_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("earlier")
    with pytest.raises(InvalidInput):
        redact(a_file(tmp_path, CALL, "{"), target)
    assert target.read_text() == "earlier"


@pytest.mark.parametrize("make", ["missing", "empty", "folder"])
def test_a_source_that_is_no_file_or_empty_is_refused(tmp_path: Path, make: str) -> None:
    source = tmp_path / "in.jsonl"
    if make == "empty":
        source.touch()
    elif make == "folder":
        source.mkdir()
    with pytest.raises(InvalidInput):
        redact(source, tmp_path / "out.jsonl")


def test_a_target_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such folder"):
        redact(a_file(tmp_path, CALL), tmp_path / "nowhere" / "out.jsonl")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"id": "\xff\xfe"}\n')
    with pytest.raises(InvalidInput, match="line 1"):
        redact(source, tmp_path / "out.jsonl")


def test_a_refused_line_is_in_no_error_that_is_printed_with_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="line 1") as refusal:
        redact(a_file(tmp_path, '{"id": "c", "turns": [{"text": "canary'), tmp_path / "out.jsonl")
    assert refusal.value.__cause__ is None


def found(folder: Path, *options: str) -> list[tuple[str, str]]:
    text = "could you tell margaret about project blue kettle my pin is double four one"
    redact(a_file(folder, {"id": "c", "turns": [{"text": text}]}), folder / "out.jsonl", *options)
    (turn,) = json.loads((folder / "out.jsonl").read_text())["turns"]
    return [(e["type"], text[e["start"] : e["end"]]) for e in turn["entities"]]


def test_what_is_found_follows_the_options(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("blue kettle\n")
    pin, name = ("PIN", "double four one"), ("PERSON", "margaret")
    assert found(tmp_path) == [name, pin]
    assert found(tmp_path, "--entity-set", "payment") == [pin]
    assert found(tmp_path, "--threshold", "PIN=0.9", "--threshold", "PERSON=0.5")[0] == name
    assert found(tmp_path, "--keep-word", "Margaret") == [pin]  # nobody said that this is the own name
    hidden = ("TENANT_WORD", "blue kettle")
    assert found(tmp_path, "--hide-words-file", str(tmp_path / "words")) == [name, hidden, pin]
    assert found(tmp_path, "--entity-set", "payment", "--hide-word", "blue kettle") == [hidden, pin]


@pytest.mark.parametrize(
    "options",
    [["--entity-set", "all"], ["--threshold", "2"], ["--hide-word", ""], ["--keep-words-file", "/nowhere/words"]],
)
def test_options_that_cannot_be_used_are_refused_before_anything_is_read(tmp_path: Path, options: list[str]) -> None:
    with pytest.raises(InvalidInput):
        redact(tmp_path / "missing.jsonl", tmp_path / "out.jsonl", *options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["es", "", "multi"])
def test_a_language_without_a_detector_is_refused_by_its_line_and_never_guessed_at(
    tmp_path: Path, language: str
) -> None:
    source = a_file(tmp_path, CALL, CALL | {"language": language})
    with pytest.raises(InvalidInput, match="line 2: there is no detector for its language, only for en"):
        redact(source, tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == [source]
