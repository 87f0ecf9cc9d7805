from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.store.holding import is_marked_held, mark_held, settle_lock, settle_locks
from pipeline.store.holds import add_hold, ask_release, release_hold
from tests.builders import a_recording, a_shelf


def test_the_lock_follows_the_holds_in_force(vault, database, tenant):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, None)
    artifact = vault.keep(a_shelf(recording), ArtifactKind.SUMMARY, b"words")
    key = artifact.object_key
    with database.transaction(tenant.id) as tx:
        assert settle_lock(tx, vault.objects, artifact) == ()
        assert not vault.objects.read_lock(key).is_held
        hold = add_hold(tx, matter="m", scope=("recording", recording.id), actor="user:1", reason="r")
        assert settle_lock(tx, vault.objects, artifact) == (hold,)
        assert vault.objects.read_lock(key).is_held
        assert is_marked_held(tx, artifact.id)
        ask_release(tx, hold.id, actor="user:1", reason="r")
        release_hold(tx, hold.id, actor="user:2")
        assert settle_lock(tx, vault.objects, artifact) == ()
        assert not vault.objects.read_lock(key).is_held
        assert not is_marked_held(tx, artifact.id)


def test_of_several_each_is_locked_and_freed_by_its_own_holds(vault, database, tenant):
    with database.transaction(tenant.id) as tx:
        recordings = [a_recording(tx, None) for _ in range(3)]
    made = [vault.keep(a_shelf(recording), ArtifactKind.SUMMARY, b"words") for recording in recordings]
    with database.transaction(tenant.id) as tx:
        assert settle_locks(tx, vault.objects, made) == {}
        hold = add_hold(tx, matter="m", scope=("recording", recordings[0].id), actor="user:1", reason="r")
        mark_held(tx, [made[1].id])
        assert settle_locks(tx, vault.objects, made) == {made[0].id: (hold,)}
        assert [is_marked_held(tx, artifact.id) for artifact in made] == [True, False, False]
        assert [vault.objects.read_lock(artifact.object_key).is_held for artifact in made] == [True, False, False]


def test_a_lock_that_no_hold_of_ours_set_is_left_alone(vault, database, tenant):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, None)
    artifact = vault.keep(a_shelf(recording), ArtifactKind.SUMMARY, b"words")
    vault.objects.lock(artifact.object_key, hold=True)
    with database.transaction(tenant.id) as tx:
        settle_lock(tx, vault.objects, artifact)
        assert vault.objects.read_lock(artifact.object_key).is_held
        mark_held(tx, [artifact.id])
        settle_lock(tx, vault.objects, artifact)
        assert not vault.objects.read_lock(artifact.object_key).is_held
