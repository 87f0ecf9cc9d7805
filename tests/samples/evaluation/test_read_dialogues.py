from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pipeline.model.errors import InvalidInput
from pipeline.redaction.evaluation.dialogues import read_dialogues
from pipeline.redaction.evaluation.labelled import read_labelled
from samples.evaluation.read_dialogues import DIALOGUES, main, read_files

TEXT = """# bank-017 retail_bank
A: who am i speaking with
C: hi uh [PERSON|gwen o'dell] from [?LOCATION|wales]

# bank-018 retail_bank
C: [CREDIT_CARD|four one] no sorry [CREDIT_CARD|four nine][PIN|1]
"""


def test_dialogues_written_as_jsonl_are_read_back_the_same(tmp_path):
    source, target = tmp_path / "bank.txt", tmp_path / "bank.jsonl"
    source.write_text(TEXT, encoding="utf-8")
    assert CliRunner().invoke(main, [str(source), str(target)]).exit_code == 0
    assert read_labelled(target) == read_dialogues(source)
    assert json.loads(target.read_text().splitlines()[0])["labels"] == "full"


def test_files_of_both_forms_are_read_together_and_no_id_comes_twice(tmp_path):
    source, target = tmp_path / "bank.txt", tmp_path / "bank.jsonl"
    source.write_text(TEXT, encoding="utf-8")
    CliRunner().invoke(main, [str(source), str(target)])
    with pytest.raises(InvalidInput, match=r"bank\.jsonl: the conversation bank-017 came before"):
        read_files([source, target])
    target.write_text(target.read_text().replace("bank-0", "shop-0"))
    assert [c.id for c in read_files([source, target])] == ["bank-017", "bank-018", "shop-017", "shop-018"]


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path):
    (tmp_path / "latin.txt").write_bytes("# a b\nA: caf\xe9\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"latin\.txt: not UTF-8"):
        read_dialogues(tmp_path / "latin.txt")
    with pytest.raises(InvalidInput, match=r"none\.txt"):
        read_dialogues(tmp_path / "none.txt")
    done = CliRunner().invoke(main, [str(tmp_path / "none.txt"), str(tmp_path / "out.jsonl")])
    assert done.exit_code == 1
    assert "none.txt" in done.output
    assert not (tmp_path / "out.jsonl").exists()


def test_the_dialogues_that_come_with_the_project_are_written_as_they_must_be():
    paths = sorted(DIALOGUES.glob("*.txt"))
    assert len(read_files(paths)) == 393
