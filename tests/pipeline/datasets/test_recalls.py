from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.consent import jws
from pipeline.datasets.manifest import write_part
from pipeline.datasets.recalls import TYP, digest_rows, read_recalls, recalled_of
from pipeline.model.errors import IntegrityError
from tests.datasets import AT, KEY, TRUSTED, recall_list, write


def test_a_row_is_recalled_by_its_bytes_its_artifact_or_its_recording(tmp_path: Path) -> None:
    first, second, *_, other = write(tmp_path / "ds").rows
    listed, _ = read_recalls(recall_list([first]), pinned=TRUSTED.keys)
    recalled = recalled_of(listed.rows)
    assert recalled.forbids(first)
    assert recalled.forbids(second)  # the other artifact of the same recording
    assert recalled.forbids(replace(other, sha256=first.sha256))
    assert recalled.forbids(replace(other, artifact=first.artifact))
    assert not recalled.forbids(other)


def test_the_digest_of_a_list_is_of_its_rows_alone(tmp_path: Path) -> None:
    rows = write(tmp_path / "ds").rows
    early, _ = read_recalls(recall_list(rows[:2]), pinned=None)
    late, _ = read_recalls(recall_list(rows[:2], at=AT + timedelta(days=9)), pinned=None)
    more, _ = read_recalls(recall_list(rows[:3]), pinned=None)
    assert early.sha256 == late.sha256 != more.sha256


def test_a_list_of_another_key_or_with_another_digest_is_refused(tmp_path: Path) -> None:
    rows = write(tmp_path / "ds").rows
    with pytest.raises(IntegrityError):
        read_recalls(recall_list(rows, key=bytes(32)), pinned=TRUSTED.keys)
    part, _ = read_recalls(recall_list(rows), pinned=None)
    changed = part.model_copy(update={"sha256": digest_rows(())})
    with pytest.raises(IntegrityError):
        read_recalls(jws.sign(write_part(changed), private_key=KEY, typ=TYP).encode(), pinned=None)


def test_a_list_does_not_say_why_anything_was_recalled(tmp_path: Path) -> None:
    part, _ = read_recalls(recall_list(write(tmp_path / "ds").rows), pinned=None)
    assert set(part.rows[0].model_dump()) == {"dataset", "row", "recording", "artifact", "sha256"}
