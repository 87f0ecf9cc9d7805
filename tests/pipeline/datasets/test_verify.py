from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.consent.receipt_proof import Trusted
from pipeline.datasets.index import INDEX, digest_of
from pipeline.datasets.manifest import MANIFEST
from pipeline.datasets.verify import Verdict, verify_dataset
from pipeline.model.dataset import DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import InvalidInput
from tests.datasets import AT, TRUSTED, Made, recall_list, resign, write

A = DatasetScope(scope=TrainingScope.OWN_INSTANCE, scope_id="a")
FILES = ("manifest.jws", "index.parquet", "shard-000000.tar", "shard-000001.tar")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return write(tmp_path / "ds", range(6), shard_bytes=11_000)


def told(verdict: Verdict) -> list[str]:
    return [str(fault) for fault in verdict.faults]


def rewrite_index(made: Made, change: Callable[[list[dict]], list[dict]], *, sign: bool = False) -> None:
    """Write the index again with other rows; with `sign`, as a signer with a fault would."""
    path = made.folder / INDEX
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path)
    if sign:
        sha256, size = digest_of(path)
        index = made.manifest.index.model_copy(update={"sha256": sha256, "size": size})
        resign(made.folder, made.manifest.model_copy(update={"index": index}))


def test_a_dataset_as_it_was_written_may_be_used(made: Made) -> None:
    verdict = verify_dataset(made.folder, recalls=recall_list([]), trusted=TRUSTED)
    assert told(verdict) == []
    assert (verdict.is_whole, verdict.is_pinned, verdict.is_held_against_recalls) == (True, True, True)
    assert verdict.manifest == made.manifest


def test_without_a_key_of_the_trainers_own_that_is_said(made: Made) -> None:
    verdict = verify_dataset(made.folder)
    assert (verdict.is_whole, verdict.is_pinned, verdict.is_held_against_recalls) == (True, False, False)


def test_a_recalled_recording_refuses_the_dataset_and_each_of_its_rows_is_named(made: Made) -> None:
    verdict = verify_dataset(made.folder, recalls=recall_list(made.rows[2:3]), trusted=TRUSTED)
    assert told(verdict) == ["row 000000001.json: recalled", "row 000000001.wav: recalled"]


def test_a_recall_list_that_is_old_altered_anothers_or_of_another_key_is_refused(made: Made) -> None:
    good = recall_list([])
    lists = {
        "older than the dataset": recall_list([], at=AT - timedelta(seconds=1)),
        "altered": good[:-9] + (b"A" if good[-9:-8] != b"A" else b"B") + good[-8:],
        "another tenant": recall_list([], tenant="other"),
        "key that is not among": recall_list([], key=bytes(32)),
    }
    for what, token in lists.items():
        (fault,) = told(verify_dataset(made.folder, recalls=token, trusted=TRUSTED))
        assert fault.startswith("recalls.jws: ")
        assert what in fault


def test_a_dataset_that_names_one_of_its_own_rows_as_excluded_is_refused(tmp_path: Path) -> None:
    digest = write(tmp_path / "a").rows[3].sha256
    again = write(tmp_path / "b", excluded=(digest,))
    assert told(verify_dataset(again.folder)) == ["row 000000001.wav: recalled before the dataset was made"]


def test_a_signature_of_another_key_is_refused(made: Made) -> None:
    other = Trusted(keys={"x": bytes(32)}, tenant="acme")
    assert told(verify_dataset(made.folder, trusted=other)) == [
        "manifest.jws: signed with a key that is not among those given"
    ]
    another = replace(TRUSTED, tenant="other")
    assert told(verify_dataset(made.folder, trusted=another)) == ["manifest.jws: of another tenant than the keys are"]


@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
def test_a_dataset_is_refused_by_whoever_trains_for_another_instance(tmp_path: Path) -> None:
    own, base = write(tmp_path / "a", scope=A), write(tmp_path / "base")
    assert verify_dataset(own.folder, instance="a").is_whole
    for folder, instance in ((own.folder, "b"), (base.folder, "a")):
        (fault,) = told(verify_dataset(folder, instance=instance))
        assert "and not for this instance" in fault


@pytest.mark.clause("connekz", "2", "used to train other connekz models")
def test_a_row_of_another_instance_is_refused_even_where_it_was_signed_for(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(3), scope=A)
    rewrite_index(made, lambda rows: [*rows[:2], rows[2] | {"scope_id": "b"}, *rows[3:]], sign=True)
    assert told(verify_dataset(made.folder, trusted=TRUSTED)) == [
        "row 000000001.json: of another instance, feature or scope than own_instance:a"
    ]


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda rows: rows[:3] + rows[4:], "row 000000001.wav: added: it is not in the index"),
        (lambda rows: [*rows, rows[-1] | {"row": "000000008"}], "row 000000008.wav: missing"),
        (lambda rows: [*rows[:3], rows[3] | {"sha256": "0" * 64}, *rows[4:]], "row 000000001.wav: altered"),
        (lambda rows: [rows[1], rows[0], *rows[2:]], "row 000000000.json: re-ordered"),
        (lambda rows: [*rows, rows[0]], "row 000000000.json: re-ordered"),
        (lambda rows: [r | {"shard": "shard-000009.tar"} if r is rows[0] else r for r in rows],
         "row 000000000.json: in no shard of the dataset"),
        (lambda rows: [r | {"kind": "summary"} if r is rows[0] else r for r in rows],
         "row 000000000: of a kind that no dataset has"),
        (lambda rows: [r | {"offset": r["offset"] + 1} if r is rows[0] else r for r in rows],
         "shard-000000.tar: altered"),
        (lambda rows: [], "row 000000000.json: added: it is not in the index"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", [False, True])
def test_an_index_that_does_not_match_the_shards_is_refused_with_the_row(made: Made, change, row, sign) -> None:
    rewrite_index(made, change, sign=sign)
    faults = told(verify_dataset(made.folder, trusted=TRUSTED))
    assert any(fault.startswith(row) for fault in faults)
    assert ("index.parquet: altered: not the bytes that were signed for" in faults) is not sign


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(made: Made, name: str) -> None:
    (made.folder / name).unlink()
    assert f"{name}: missing" in told(verify_dataset(made.folder))


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_not_followed(made: Made, name: str) -> None:
    (made.folder / name).rename(made.folder.parent / name)
    (made.folder / name).symlink_to(made.folder.parent / name)
    assert not verify_dataset(made.folder).is_whole


def test_a_file_more_is_refused(made: Made) -> None:
    (made.folder / "shard-000009.tar").write_bytes(b"")
    assert told(verify_dataset(made.folder)) == ["shard-000009.tar: added: it is not part of the dataset"]


def test_two_shards_that_changed_places_are_refused(made: Made) -> None:
    first, second = (made.folder / name for name in FILES[2:])
    first.rename(made.folder.parent / "x")
    second.rename(first)
    (made.folder.parent / "x").rename(second)
    assert len(told(verify_dataset(made.folder))) >= len(made.rows)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "none"},
        {"scope": "own_instance"},
        {"scope_id": "a"},
        {"shards": ()},
        {"index": "other"},
    ],
    ids=str,
)
def test_a_signed_manifest_that_is_not_as_ours_are_is_refused(tmp_path: Path, change: dict) -> None:
    def changed(part):
        given = {"index": part.index.model_copy(update={"name": "other.parquet"})} if "index" in change else change
        return part.model_copy(update={k: TrainingScope(v) if k == "scope" else v for k, v in given.items()})

    made = write(tmp_path / "ds", change=changed)
    assert told(verify_dataset(made.folder))[0].startswith("manifest.jws: ")


def test_no_folder_is_bad_input_and_an_empty_one_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        verify_dataset(tmp_path / "nowhere")
    assert told(verify_dataset(tmp_path)) == ["manifest.jws: missing"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Made:
    return write(tmp_path_factory.mktemp("tamper") / "ds", range(4), shard_bytes=11_000, size=400)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(max_examples=150)
def test_one_changed_byte_anywhere_is_always_refused(whole: Made, tmp_path_factory, name: str, data) -> None:
    folder = tmp_path_factory.mktemp("changed") / "ds"
    shutil.copytree(whole.folder, folder)
    body = bytearray((folder / name).read_bytes())
    at = data.draw(st.integers(min_value=0, max_value=len(body) - 1))
    body[at] ^= data.draw(st.integers(min_value=1, max_value=255))
    (folder / name).write_bytes(body)
    assert not verify_dataset(folder, trusted=TRUSTED).is_whole
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", FILES)
@given(cut=st.integers(min_value=0, max_value=600), more=st.binary(max_size=20))
@settings(max_examples=40)
def test_bytes_cut_off_or_put_on_are_always_refused(whole: Made, tmp_path_factory, name, cut, more) -> None:
    folder = tmp_path_factory.mktemp("changed") / "ds"
    shutil.copytree(whole.folder, folder)
    body = (folder / name).read_bytes()
    changed = body[: max(0, len(body) - cut)] + more
    (folder / name).write_bytes(changed)
    assert verify_dataset(folder, trusted=TRUSTED).is_whole is (changed == body)
    shutil.rmtree(folder)


def test_what_is_told_has_no_words_of_a_call(made: Made) -> None:
    manifest = json.dumps(made.manifest.model_dump(mode="json"))
    assert "noise" not in manifest
    assert (made.folder / MANIFEST).stat().st_size < 10_000
