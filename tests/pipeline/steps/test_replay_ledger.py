from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from pipeline.decisions.children import note_child
from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import StoreUnreachable
from pipeline.model.recording import RecordingState as S
from pipeline.steps.purge import purge_recording
from pipeline.steps.replay_ledger import replay_ledger
from pipeline.store.endings import list_endings_of
from pipeline.store.ledger import list_lines
from pipeline.store.session import Database
from pipeline.vendors.files import FileArtifacts
from tests.conftest import APP_ROLE
from tests.databases import copy_database, drop_database
from tests.disposal import a_whole_recording, end, lies, living, statements

NOTHING = {"lines": 0, "purged_again": 0, "waiting": 0, "written_again": 0, "orphans": 0, "doubted": 0}


@pytest.fixture
def recording(line):
    return a_whole_recording(line)


@pytest.fixture
def backup(line, recording, postgres, database_name, clock):
    """A real copy of the database and of the objects, made before anything was purged; gives them back later."""
    line.context.vault.database.close()
    copy = copy_database(postgres, database_name)
    shutil.copytree(line.folder / "objects", line.folder / "copy")
    opened = []

    def restore(*, database: bool = False, objects: bool = False, ledger: bool = False):
        vault = line.context.vault
        if objects:
            shutil.rmtree(line.folder / "objects" / "tenants", ignore_errors=True)
            shutil.copytree(line.folder / "copy" / "tenants", line.folder / "objects" / "tenants")
        if ledger:
            shutil.rmtree(line.folder / "objects" / "ledger")
        if database:
            opened.append(Database(postgres.url(copy, user=APP_ROLE), clock=clock))
            vault = replace(vault, database=opened[-1])
        return line.with_parts(vault=vault)

    yield restore
    for one in opened:
        one.close()
    drop_database(postgres, copy)


def replay(line):
    return dict(replay_ledger(line.context, line.owner.id))


def purge(line, recording):
    end(line, recording)
    return purge_recording(line.context, line.owner.id, recording.id)


def is_gone(line, recording) -> bool:
    left = {a.kind for a in living(line, recording)}
    return left == {K.CONSENT_RECEIPT} and not [k for k in lies(line, "tenants/") if "consent.receipt" not in k]


def test_where_nothing_was_brought_back_nothing_is_done_and_nothing_audited(line, recording):
    purge(line, recording)
    assert replay(line) == NOTHING
    assert line.events("retention:ledger:replayed") == []


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_a_database_and_objects_from_an_older_copy_are_purged_again(line, recording, backup):
    """A restored backup does not bring back what was deleted."""
    purge(line, recording)
    older = backup(database=True, objects=True)
    assert (older.state(recording), len(living(older, recording)) > 4) == (S.PUBLISHED, True)

    found = replay(older)

    assert found["lines"] > 0
    assert (found["purged_again"], found["waiting"], found["doubted"]) == (1, 0, 0)
    assert is_gone(older, recording)
    assert older.state(recording) is S.PURGED
    with older.tx() as tx:
        assert [e.cause for e in list_endings_of(tx, recording=recording.id)] == ["deletion_request"]
    assert replay(older) == NOTHING
    assert len(statements(older)) == 2  # the one that the ledger had kept, and the one of the second purge


def test_objects_alone_from_an_older_copy_are_destroyed_again(line, recording, backup):
    purge(line, recording)
    again = backup(objects=True)
    found = replay(again)
    assert (found["lines"], found["purged_again"]) == (0, 1)
    assert is_gone(again, recording)
    assert again.events("artifact:artifact:repurged")


def test_a_database_alone_from_an_older_copy_takes_nothing_for_living(line, recording, backup):
    purge(line, recording)
    older = backup(database=True)
    assert replay(older)["purged_again"] == 1
    assert is_gone(older, recording)


def test_a_ledger_that_was_lost_with_the_objects_is_written_again(line, recording, backup):
    purge(line, recording)
    again = backup(objects=True, ledger=True)
    found = replay(again)
    assert (found["purged_again"], found["written_again"]) == (1, 1)
    assert is_gone(again, recording)
    assert [k for k in list_lines(again.context.vault.objects, again.owner.id) if "certificate-" in k]


def test_a_purge_that_was_killed_is_finished_in_the_older_copy_too(line, recording, backup):
    from tests.pipeline.steps.test_purge import BreaksAfter

    end(line, recording)
    broken = line.with_parts(vault=replace(line.context.vault, objects=BreaksAfter(line.folder / "objects", 2)))
    assert not purge_recording(broken.context, line.owner.id, recording.id)["is_done"]
    older = backup(database=True, objects=True)
    assert replay(older)["purged_again"] == 1
    assert is_gone(older, recording)


def test_a_hold_that_is_in_force_by_now_wins_and_is_told(line, recording, backup):
    purge(line, recording)
    older = backup(database=True, objects=True)
    with older.tx() as tx:
        hold = place(
            tx, older.context.vault, matter="m", scope=("recording", recording.id), actor="u", reason="lawsuit"
        )
    before = living(older, recording)
    replay(older)
    assert living(older, recording) == before
    with older.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:asks", reason="settled")
        approve_release(tx, hold=hold.id, actor="u2")
    assert purge_recording(older.context, older.owner.id, recording.id)["is_done"]
    assert is_gone(older, recording)


def test_a_childs_recording_that_a_hold_keeps_in_the_copy_goes_with_the_release(line, recording, backup, clock):
    """The copy is older than the sign of the child; the ledger is not, and what it tells outlasts the hold."""
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    clock.move(days=3)
    assert purge_recording(line.context, line.owner.id, recording.id)["is_done"]
    older = backup(database=True, objects=True)
    with older.tx() as tx:
        hold = place(
            tx, older.context.vault, matter="m", scope=("recording", recording.id), actor="u", reason="lawsuit"
        )
    replay(older)
    with older.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:asks", reason="settled")
        approve_release(tx, hold=hold.id, actor="u2")
    assert purge_recording(older.context, older.owner.id, recording.id)["is_done"]
    assert is_gone(older, recording)


def test_objects_of_a_recording_that_the_database_never_heard_of_go_too(line, recording, backup, clock):
    newer = a_whole_recording(line)
    shutil.copytree(line.folder / "objects" / "tenants", line.folder / "copy" / "tenants", dirs_exist_ok=True)
    purge(line, newer)
    older = backup(database=True, objects=True)
    found = replay(older)
    assert found["purged_again"] == 1
    assert not [k for k in lies(older, "tenants/") if newer.id in k and "consent.receipt" not in k]
    assert found["orphans"] == len([k for k in lies(older, "tenants/") if newer.id in k])


def test_a_line_that_no_key_of_the_tenant_signed_is_told_and_not_acted_on(line, recording):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from pipeline.consent import jws
    from pipeline.model.certificate import LEDGER_TYPE, LedgerLine, line_to_plain, to_bytes
    from pipeline.store.ledger import line_key, write_line

    made = living(line, recording)
    forged = LedgerLine(
        tenant="acme",
        purge="purge_x",
        subject_kind="recording",
        subject_id=recording.id,
        cause="child",
        clause={"document": "nejix", "section": "9", "key": "k"},
        objects=tuple((a.id, a.object_key) for a in made),
    )
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    statement = jws.sign(to_bytes(line_to_plain(forged)), private_key=key, typ=LEDGER_TYPE)
    with line.tx() as tx:
        at = line_key(line.owner.id, "purge_x", "done", on=tx.now.date())
    write_line(line.context.vault.objects, at, statement)
    assert replay(line)["doubted"] == 1
    assert living(line, recording) == made


def test_a_store_that_cannot_be_asked_is_not_an_empty_ledger(line, recording):
    class Away(FileArtifacts):
        def list_versions(self, prefix):
            raise StoreUnreachable("list")

    away = line.with_parts(vault=replace(line.context.vault, objects=Away(line.folder / "objects")))
    with pytest.raises(StoreUnreachable):
        replay(away)
