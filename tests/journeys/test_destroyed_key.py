"""A tenant's key is destroyed: nothing of it opens in any backup of the database and of the store, taken before."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import LargeBinary

from pipeline.decisions.tenant_keys import rotate_tenant_key
from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys, WrappedKey
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.seal import _read_header, open_sealed
from pipeline.store.session import Database
from pipeline.store.tenants import get_tenant
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.kms import KmsKeys
from tests.conftest import APP_ROLE, make_tenant
from tests.databases import drop_database
from tests.disposal import a_whole_recording, living
from tests.journeys.test_restore import dump, restore
from tests.line import Line
from tests.pipeline.vendors.contracts.keys import a_tenant
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.roles import beside

SEALED = b"EARMARK\x00"


@dataclass
class NotingKeys:
    """A real keeper; what each data key was bound to is noted, so that a test can try to open everything it finds."""

    keeper: Keys
    noted: dict[bytes, Mapping[str, str]] = field(default_factory=dict)

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        data_key, wrapped = self.keeper.new_data_key(tenant, context)
        self.noted[wrapped.wrapped] = dict(context)
        return data_key, wrapped

    def __getattr__(self, name: str):
        return getattr(self.keeper, name)


@pytest.fixture
def keys(moto_kms) -> NotingKeys:
    return NotingKeys(KmsKeys(moto_kms))


@pytest.fixture
def lines(database, tmp_path, clock, keys) -> tuple[Line, Line]:
    """One tenant whose key stays and one whose key is destroyed, in one installation."""
    made = scripted_context("", tmp_path, database=database)
    objects = FileArtifacts(tmp_path / "objects", now=clock.now)
    context = replace(made, vault=replace(made.vault, objects=objects, keys=keys), clock=clock)
    owners = [make_tenant(database, keys, a_tenant()) for _ in range(2)]
    staying, destroyed = (Line(context=context, owner=owner, folder=tmp_path) for owner in owners)
    return staying, destroyed


def sealed_columns(dsn: str, tenant: TenantId) -> Iterator[tuple[str, bytes]]:
    """Everything sealed in a database, read past every row policy."""
    with psycopg.connect(dsn) as connection:
        for table in ALL_TABLES:
            for column in (c.name for c in table.columns if isinstance(c.type, LargeBinary)):
                place = sql.Identifier(*table.fullname.split("."))
                query = sql.SQL("select {} from {} where tenant = %s").format(sql.Identifier(column), place)
                for (value,) in connection.execute(query, (tenant,)):
                    if value is not None and bytes(value).startswith(SEALED):
                        yield f"{table.name}.{column}", bytes(value)


def sealed_objects(objects: Path, tenant: TenantId) -> Iterator[tuple[str, bytes]]:
    """Every object of a tenant in a store."""
    store = FileArtifacts(objects)
    for version in store.list_versions(f"tenants/{tenant}/"):
        body = store.get(version.key, version=version.version)
        assert body.startswith(SEALED), version.key
        yield "object", body


def tried(found: Iterator[tuple[str, bytes]], keys: NotingKeys, tenant: TenantId) -> Counter[tuple[str, str]]:
    """Try to open everything that was found, knowing all but the key, and count what came of it by place."""
    told: Counter[tuple[str, str]] = Counter()
    for place, sealed in found:
        try:
            open_sealed(sealed, keys=keys, tenant=tenant, context=keys.noted[_read_header(sealed)[0].wrapped])
        except NotFound as error:
            told[place, "destroyed" if "was destroyed" in str(error) else "not found"] += 1
        else:
            told[place, "open"] += 1
    return told


def test_nothing_of_a_tenant_whose_key_was_destroyed_opens_in_backups_and_all_of_others_does(
    lines, keys, postgres, database_name, tmp_path, clock
):
    stays, leaves = lines
    recordings = {}
    for line in lines:
        recordings[line.owner.id] = a_whole_recording(line)
        rotate_tenant_key(line.context.vault.database, keys, line.owner.id, actor="user:1", reason="yearly")
        line.through(line.record(), "settle_consent", "capture")
    dump(postgres, database_name, tmp_path / "dump")
    shutil.copytree(tmp_path / "objects", tmp_path / "backup")

    keys.destroy_tenant_key(leaves.owner.id)

    name = f"{database_name}_restored"
    restore(postgres, name, tmp_path / "dump")
    restored = Database(beside(postgres.url(name, user=APP_ROLE)), clock=clock)
    try:
        outcomes = {}
        for line in lines:
            tenant = line.owner.id
            outcomes[tenant] = tried(sealed_columns(postgres.dsn(name), tenant), keys, tenant)
            outcomes[tenant] += tried(sealed_objects(tmp_path / "backup", tenant), keys, tenant)
        places = {place for place, _ in outcomes[stays.owner.id]}
        assert {"tenants.sealed", "calls.sealed", "reasons.sealed", "object"} <= places
        assert outcomes[stays.owner.id]["object", "open"] >= 8
        assert outcomes[leaves.owner.id] == {
            (place, "destroyed"): count for (place, _), count in outcomes[stays.owner.id].items()
        }
        assert {outcome for _, outcome in outcomes[stays.owner.id]} == {"open"}

        # The house's own ways say the same.
        parts = {"database": restored, "objects": FileArtifacts(tmp_path / "backup")}
        stays, leaves = (line.with_parts(vault=replace(line.context.vault, **parts)) for line in (stays, leaves))
        with stays.tx() as tx:
            assert get_tenant(tx, keys=keys).id == stays.owner.id
        with pytest.raises(NotFound, match="was destroyed"), leaves.tx() as tx:
            get_tenant(tx, keys=keys)
        assert all(stays.context.vault.read(a) for a in living(stays, recordings[stays.owner.id]))
        for artifact in living(leaves, recordings[leaves.owner.id]):
            with pytest.raises(NotFound, match="was destroyed"):
                leaves.context.vault.read(artifact)
    finally:
        restored.close()
        drop_database(postgres, name)
