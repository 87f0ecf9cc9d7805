from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from pipeline.model.errors import IntegrityError, InvalidInput, VendorRefused
from pipeline.model.ids import TenantId
from pipeline.vendors.key_file import FileKeys
from tests.pipeline.vendors.contracts.keys import CONTEXT, KeysContract

ACME = TenantId("acme")


class TestFileKeys(KeysContract):
    @pytest.fixture
    def keys(self, tmp_path: Path) -> FileKeys:
        return FileKeys(tmp_path / "keys")

    @pytest.fixture
    def refused_keys(self, tmp_path: Path, as_somebody_else: None) -> FileKeys:
        return FileKeys(tmp_path / "keys")

    @pytest.fixture
    def unreachable_keys(self, tmp_path: Path) -> FileKeys:
        (tmp_path / "a-file").write_bytes(b"")
        return FileKeys(tmp_path / "a-file" / "keys")


def test_keys_survive_the_process_that_made_them(tmp_path: Path) -> None:
    FileKeys(tmp_path / "keys").create_tenant_key(ACME)
    data_key, wrapped = FileKeys(tmp_path / "keys").new_data_key(ACME, CONTEXT)

    assert FileKeys(tmp_path / "keys").unwrap(ACME, wrapped, CONTEXT) == data_key


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    FileKeys(tmp_path / "keys").create_tenant_key(ACME)

    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys/acme.json").stat().st_mode) == 0o600


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    (tmp_path / "keys/acme.json").chmod(0o640)

    with pytest.raises(VendorRefused, match="chmod 600"):
        keys.digest_key(ACME)


def test_a_damaged_key_file_stops_the_work_without_quoting_it(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    path = tmp_path / "keys/acme.json"
    good = json.loads(path.read_text())
    for text in ("", "{", "[]", json.dumps({**good, "master": "AAAA"}), json.dumps({**good, "digest": 7})):
        path.write_text(text)
        with pytest.raises(IntegrityError) as caught:
            keys.digest_key(ACME)
        assert good["master"] not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_destroyed_key_is_in_no_file_of_the_directory(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    master = json.loads((tmp_path / "keys/acme.json").read_text())["master"]
    held_open = os.open(tmp_path / "keys/acme.json", os.O_RDONLY)

    keys.destroy_tenant_key(ACME)

    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["acme.json"]
    assert master not in (tmp_path / "keys/acme.json").read_text()
    assert set(os.pread(held_open, 1000, 0)) == {0}
    os.close(held_open)


def test_a_tenants_name_cannot_lead_out_of_the_directory(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    for name in ("../acme", "a/b", "", ".", "ACME", "acme\x00"):
        with pytest.raises(InvalidInput):
            keys.create_tenant_key(TenantId(name))
    assert list(tmp_path.iterdir()) == [tmp_path / "keys"]


def test_a_link_in_the_place_of_a_key_is_not_followed(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    (tmp_path / "keys/acme.json").rename(tmp_path / "elsewhere")
    (tmp_path / "keys/acme.json").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(VendorRefused):
        keys.digest_key(ACME)


def test_a_rotation_leaves_no_master_in_a_file_that_was_replaced(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    held_open = os.open(tmp_path / "keys/acme.json", os.O_RDONLY)

    keys.rotate_tenant_key(ACME)

    assert set(os.pread(held_open, 1000, 0)) == {0}
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["acme.json"]
    assert stat.S_IMODE((tmp_path / "keys/acme.json").stat().st_mode) == 0o600
    os.close(held_open)


def test_a_rotation_in_one_process_is_seen_by_another(tmp_path: Path) -> None:
    here, there = FileKeys(tmp_path / "keys"), FileKeys(tmp_path / "keys")
    here.create_tenant_key(ACME)
    data_key, old = there.new_data_key(ACME, CONTEXT)

    made = here.rotate_tenant_key(ACME)

    assert there.new_data_key(ACME, CONTEXT)[1].key_id == made
    assert there.unwrap(ACME, old, CONTEXT) == data_key


def test_a_file_whose_earlier_masters_are_damaged_is_not_used(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys")
    keys.create_tenant_key(ACME)
    keys.rotate_tenant_key(ACME)
    path = tmp_path / "keys/acme.json"
    good = json.loads(path.read_text())
    for earlier in ({"key_1": "AAAA"}, {"key_1": 7}, [], "words"):
        path.write_text(json.dumps({**good, "earlier": earlier}))
        with pytest.raises(IntegrityError, match="is damaged"):
            keys.digest_key(ACME)
