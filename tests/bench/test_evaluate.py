"""The evaluation as it is run: as a process, on a file of either form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.evaluate import _blocks
from tests.bench.evaluate_memory import measure, stream
from tests.pipeline.redaction.evaluation.calls import a_call

DIALOGUES = """# shop-1 shop
A: thanks for calling zanzibar shoes who am i speaking with
C: my name is [PERSON|anna bell] and my number is [PHONE_NUMBER|five one two five five five oh one four three]
"""


def evaluate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench.evaluate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_both_detectors_are_scored_in_one_run_and_no_word_is_printed(tmp_path):
    (tmp_path / "shop.txt").write_text(DIALOGUES)
    done = evaluate("--memory", "0", "--json", tmp_path / "out.json", tmp_path / "shop.txt")
    assert done.returncode == 0, done.stderr
    assert "| Earmark " in done.stdout
    assert "| stock Presidio " in done.stdout
    written = (tmp_path / "out.json").read_text()
    assert json.loads(written)["Earmark"]["score"]["overall"]["spans"] == 2
    for word in ("zanzibar", "shoes", "anna", "bell", "five"):
        assert word not in done.stdout + done.stderr + written


def test_what_cannot_be_scored_is_refused_in_one_line(tmp_path):
    (tmp_path / "wrong.jsonl").write_text('{"id": "x", "turns": [{"text": "hi"}]}\nsecret\n')
    (tmp_path / "french.jsonl").write_text('{"id": "x", "language": "fr", "turns": [{"text": "secret"}]}\n')
    for name, reason in (("wrong.jsonl", "wrong.jsonl: line 2: not JSON"), ("french.jsonl", "withheld: language")):
        done = evaluate("--memory", "0", tmp_path / name)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1].endswith(reason)
        assert "secret" not in done.stderr


def test_every_call_is_in_one_block_and_no_block_mixes_sources():
    calls = [a_call("hi", "hello", id=f"c{n}", source="ab"[n % 2]) for n in range(1_500)]
    blocks = list(_blocks(calls))
    assert [len(block) for block in blocks] == [500, 250, 500, 250]
    assert all(len({call.source for call in block}) == 1 for block in blocks)
    assert sorted(call.id for block in blocks for call in block) == sorted(call.id for call in calls)


def test_a_stream_goes_on_until_it_has_its_turns_and_never_says_the_same():
    call = a_call("hello there", "hi").conversation
    given = list(stream([call], 7))
    assert sum(len(conversation.turns) for conversation in given) == 8
    texts = [turn.text for conversation in given for turn in conversation.turns]
    assert len(set(texts)) == len(texts)


def test_memory_is_noted_when_a_mark_is_passed():
    assert list(measure([a_call("hello there").conversation], 1_000)) == [1_000]
