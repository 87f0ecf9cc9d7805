from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.consent import jws
from pipeline.datasets.manifest import MANIFEST, TYP, read_manifest, write_part
from pipeline.model.errors import IntegrityError
from tests.datasets import KEY, TRUSTED, VENDOR, write


def test_a_manifest_is_read_back_as_it_was_signed(tmp_path: Path) -> None:
    made = write(tmp_path / "ds")
    manifest, signed = read_manifest((made.folder / MANIFEST).read_bytes(), pinned=TRUSTED.keys)
    assert manifest == made.manifest
    assert (signed.is_pinned, manifest.for_models) == (True, VENDOR)


def test_a_manifest_of_another_key_or_kind_is_refused(tmp_path: Path) -> None:
    made = write(tmp_path / "ds")
    others = jws.sign(write_part(made.manifest), private_key=bytes(32), typ=TYP)
    receipt = jws.sign(write_part(made.manifest), private_key=KEY, typ="earmark-consent-receipt")
    for token in (others, receipt, "", "a.b.c", "\u00e9"):
        with pytest.raises(IntegrityError):
            read_manifest(token.encode(), pinned=TRUSTED.keys)


@pytest.mark.parametrize(
    "change",
    [{"rows": 1}, {"format": 2}, {"scope": "everything"}, {"index": None}, {"excluded": ["x"]}, {"dataset": ""}],
    ids=str,
)
def test_what_was_signed_in_another_form_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    body = json.loads(write_part(write(tmp_path / "ds").manifest)) | change
    token = jws.sign(json.dumps(body, sort_keys=True, separators=(",", ":")).encode(), private_key=KEY, typ=TYP)
    with pytest.raises(IntegrityError):
        read_manifest(token.encode(), pinned=None)


def test_what_was_signed_in_another_spelling_is_refused(tmp_path: Path) -> None:
    body = json.dumps(json.loads(write_part(write(tmp_path / "ds").manifest)), indent=1).encode()
    with pytest.raises(IntegrityError):
        read_manifest(jws.sign(body, private_key=KEY, typ=TYP).encode(), pinned=None)


def test_a_manifest_may_name_more_recalled_rows_than_a_receipt_could(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", excluded=tuple(f"{n:064x}" for n in range(20_000)))
    manifest, _ = read_manifest((made.folder / MANIFEST).read_bytes(), pinned=None)
    assert len(manifest.excluded) == 20_000
