from __future__ import annotations

import hashlib
import resource
import threading
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IntegrityError, InvalidInput, NotFound, StoreUnreachable
from pipeline.model.ids import ArtifactId
from pipeline.store.artifacts import find_artifact, list_artifacts
from pipeline.store.audit import list_events
from pipeline.store.vault import Shelf
from pipeline.store.vault_names import artifact_name, object_key
from pipeline.vendors.files import FileArtifacts
from tests.builders import a_call, a_recording, a_shelf
from tests.conftest import make_tenant

KIND = ArtifactKind.TRANSCRIPT_ORIGINAL
WORDS = b"my name is canaryname"


@pytest.fixture
def shelf(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        return a_shelf(a_recording(tx, a_call(tx, keys)))


def stored_events(database, tenant) -> list[str]:
    with database.transaction(tenant.id) as tx:
        return [e.entry.target for e in list_events(tx) if e.entry.tag == "artifact:artifact:stored"]


def objects_of(vault, tenant) -> list[str]:
    return [v.key for v in vault.objects.list_versions(f"tenants/{tenant.id}/")]


def object_without_row(vault, shelf, body: bytes, *, kind: ArtifactKind = KIND, as_if: bytes | None = None) -> str:
    """Leave what an attempt leaves that was killed between its object and its row."""
    other = replace(vault, database=_NoRows())
    with pytest.raises(StoreUnreachable):
        other.keep(shelf, kind, body)
    return object_key(
        shelf.tenant,
        shelf.recording,
        kind,
        artifact_name(as_if or body, vault.keys.digest_key(shelf.tenant)),
        on=shelf.on,
    )


class _NoRows:
    def transaction(self, tenant):
        raise StoreUnreachable("database")


def test_what_was_kept_is_read_back_and_stands_in_row_and_audit(vault, database, tenant, shelf):
    made = vault.keep(shelf, KIND, WORDS, parents=(ArtifactId("art_p"),))
    assert vault.read(made) == WORDS
    assert (made.recording, made.call, made.kind, made.parents) == (shelf.recording, shelf.call, KIND, ("art_p",))
    with database.transaction(tenant.id) as tx:
        assert find_artifact(tx, shelf.recording, KIND) == made
    assert stored_events(database, tenant) == [made.id]


@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_nothing_readable_lies_in_the_store_or_in_its_names_and_tags(vault, tenant, shelf, tmp_path):
    made = vault.keep(shelf, KIND, WORDS)
    lies = b"".join(p.read_bytes() for p in (tmp_path / "objects").rglob("*") if p.is_file())
    assert b"canaryname" not in lies
    assert made.name != hashlib.sha256(WORDS).hexdigest()
    assert vault.objects.read_tags(made.object_key) == {
        "tenant": "acme",
        "kind": KIND.value,
        "training-eligible": "false",
        "disposition": "keep",
    }


def test_keeping_again_changes_nothing(vault, database, tenant, shelf):
    made = [vault.keep(shelf, KIND, WORDS) for _ in range(3)]
    assert made[0] == made[1] == made[2]
    assert stored_events(database, tenant) == [made[0].id]
    assert objects_of(vault, tenant) == [made[0].object_key]


def test_one_kind_and_recording_may_have_several_artifacts(vault, database, tenant, shelf):
    assert vault.keep(shelf, KIND, b"one").id != vault.keep(shelf, KIND, b"two").id
    assert len(objects_of(vault, tenant)) == 2


def test_an_object_without_a_row_is_taken_up_and_not_sealed_again(vault, database, tenant, shelf):
    key = object_without_row(vault, shelf, WORDS)
    before = vault.objects.head(key)
    made = vault.keep(shelf, KIND, WORDS)
    assert (made.object_key, made.sealed_sha256) == (key, before.sha256)
    assert vault.read(made) == WORDS


class _Counted:
    """A store that notes what it is asked."""

    def __init__(self, objects) -> None:
        self._objects, self.asked = objects, []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self._objects, name)


def test_a_new_artifact_costs_the_store_one_request(vault, shelf):
    counted = _Counted(vault.objects)
    kept = replace(vault, objects=counted).keep(shelf, KIND, WORDS)
    assert counted.asked == ["put_if_absent"]
    assert vault.read(kept) == WORDS


class _SealedMeanwhile(FileArtifacts):
    """Between the look and the put, another worker puts the same words, sealed with another key."""

    def __init__(self, root, meanwhile) -> None:
        super().__init__(root)
        self._meanwhile = meanwhile

    def put_if_absent(self, key, body, **more):
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        return super().put_if_absent(key, body, **more)


def test_two_workers_that_seal_the_same_words_at_once_end_with_one_artifact(vault, database, tenant, shelf, tmp_path):
    made = []
    racing = replace(
        vault, objects=_SealedMeanwhile(tmp_path / "objects", lambda: made.append(vault.keep(shelf, KIND, WORDS)))
    )
    made.append(racing.keep(shelf, KIND, WORDS))
    assert made[0] == made[1]
    assert racing.read(made[1]) == WORDS
    assert stored_events(database, tenant) == [made[0].id]


def test_many_workers_at_once_end_with_one_artifact(vault, database, tenant, shelf):
    made, errors = [], []

    def keep():
        try:
            made.append(vault.keep(shelf, KIND, WORDS).id)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, len(set(made)), len(made)) == ([], 1, 6)
    assert len(stored_events(database, tenant)) == 1


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_another_object_under_a_name_is_never_taken_for_it(vault, database, tenant, shelf, tmp_path, when):
    name = artifact_name(WORDS, vault.keys.digest_key(tenant.id))
    key = object_key(tenant.id, shelf.recording, KIND, name, on=shelf.on)

    def plant():
        made = vault.keep(replace(shelf, on=date(2020, 1, 1)), KIND, b"other words")
        body = vault.objects.get(made.object_key)
        vault.objects.put_if_absent(key, body, metadata={}, tags={})

    racing = replace(vault, objects=_SealedMeanwhile(tmp_path / "objects", plant)) if when == "meanwhile" else vault
    plant() if when == "before" else None
    with pytest.raises(IntegrityError):
        racing.keep(shelf, KIND, WORDS)
    with database.transaction(tenant.id) as tx:
        assert all(a.object_key != key for a in list_artifacts(tx))


class _GoneMeanwhile(FileArtifacts):
    def put_if_absent(self, key, body, **more):
        raise Conflict("other bytes")


def test_a_conflict_over_an_object_that_is_gone_again_is_told(vault, shelf, tmp_path):
    with pytest.raises(Conflict):
        replace(vault, objects=_GoneMeanwhile(tmp_path / "objects")).keep(shelf, KIND, WORDS)


def test_nothing_to_recover_is_nothing(vault, shelf):
    vault.keep(shelf, ArtifactKind.SUMMARY, WORDS)
    object_without_row(vault, shelf, b"x", kind=ArtifactKind.EMBEDDING)
    assert vault.recover(shelf, KIND) is None


def test_an_attempt_that_died_before_its_row_is_recovered_with_its_parents(vault, database, tenant, shelf):
    key = object_without_row(vault, shelf, WORDS)
    made = vault.recover(shelf, KIND, parents=(ArtifactId("art_p"),))
    assert made is not None
    assert (made.object_key, made.parents, vault.read(made)) == (key, ("art_p",), WORDS)
    assert vault.recover(shelf, KIND) == made
    assert stored_events(database, tenant) == [made.id]


def test_what_has_a_row_is_recovered_without_looking_at_objects(vault, shelf, tmp_path):
    made = vault.keep(shelf, KIND, WORDS)
    assert replace(vault, objects=FileArtifacts(tmp_path / "nothing")).recover(shelf, KIND) == made


def test_two_dead_attempts_that_heard_differently_both_get_rows_and_one_is_in_force(vault, database, tenant, shelf):
    keys = {object_without_row(vault, shelf, words) for words in (b"one hearing", b"another hearing")}
    in_force = vault.recover(shelf, KIND)
    with database.transaction(tenant.id) as tx:
        assert {a.object_key for a in list_artifacts(tx)} == keys
        assert find_artifact(tx, shelf.recording, KIND) == in_force
    assert vault.recover(shelf, KIND) == in_force
    assert len(stored_events(database, tenant)) == 2


def test_an_altered_object_is_not_recovered(vault, shelf, tmp_path):
    key = object_without_row(vault, shelf, WORDS)
    sealed = next(p for p in (tmp_path / "objects").rglob("*.sealed") if p.is_file())
    body = bytearray(sealed.read_bytes())
    body[-1] ^= 1
    sealed.chmod(0o600)
    sealed.write_bytes(bytes(body))
    with pytest.raises(IntegrityError):
        vault.recover(shelf, KIND)
    with pytest.raises(IntegrityError):
        vault.keep(shelf, KIND, WORDS)
    assert key


def test_an_object_moved_to_another_kind_is_not_recovered(vault, tenant, shelf):
    made = vault.keep(shelf, ArtifactKind.SUMMARY, WORDS)
    body = vault.objects.get(made.object_key)
    key = made.object_key.replace("summary", KIND.value)
    vault.objects.put_if_absent(key, body, metadata={}, tags={})
    with pytest.raises(IntegrityError):
        vault.recover(shelf, KIND)


def purge(postgres, database_name, vault, artifact):
    """What disposition does: the object destroyed, the row marked."""
    vault.objects.purge(artifact.object_key)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.artifacts set purged_at = now() where id = %s", (artifact.id,))


def test_what_was_purged_is_not_made_again_and_leaves_no_object(vault, tenant, shelf, postgres, database_name):
    purge(postgres, database_name, vault, vault.keep(shelf, KIND, WORDS))
    with pytest.raises(NotFound, match="purged"):
        vault.keep(shelf, KIND, WORDS)
    assert objects_of(vault, tenant) == []
    assert vault.recover(shelf, KIND) is None


def test_an_artifact_whose_object_is_gone_is_not_found(vault, shelf):
    made = vault.keep(shelf, KIND, WORDS)
    vault.objects.purge(made.object_key)
    with pytest.raises(NotFound):
        vault.read(made)


@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_one_tenant_cannot_open_anothers_artifact(vault, database, keys, shelf):
    made = vault.keep(shelf, KIND, WORDS)
    other = make_tenant(database, keys, "other")
    with pytest.raises(IntegrityError):
        vault.read(replace(made, tenant=other.id))


def test_an_object_of_another_tenant_is_not_even_fetched(vault, database, keys, shelf):
    artifact = vault.keep(shelf, KIND, WORDS)
    other = make_tenant(database, keys, "other")
    moved = replace(artifact, object_key=artifact.object_key.replace("tenants/acme/", f"tenants/{other.id}/"))
    for crossed in (moved, replace(artifact, tenant=other.id)):
        with pytest.raises(IntegrityError, match="outside its tenant's part"):
            vault.read(crossed)


def test_after_the_tenants_key_was_destroyed_nothing_opens(vault, tenant, shelf):
    made = vault.keep(shelf, KIND, WORDS)
    vault.keys.destroy_tenant_key(tenant.id)
    with pytest.raises(NotFound):
        vault.read(made)


def test_a_full_disk_keeps_nothing_and_the_next_attempt_keeps_all(vault, database, tenant, shelf):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(StoreUnreachable):
            vault.keep(shelf, KIND, bytes(1 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with database.transaction(tenant.id) as tx:
        assert list_artifacts(tx) == ()
    assert objects_of(vault, tenant) == []
    assert vault.read(vault.keep(shelf, KIND, bytes(1 << 20))) == bytes(1 << 20)


def test_the_keys_do_not_show_in_a_repr(vault):
    assert "FileKeys" not in repr(vault)


@pytest.fixture
def call_shelf(shelf):
    """Where what belongs to the call itself lies."""
    return replace(shelf, recording=None)


def test_what_belongs_to_a_call_lies_under_the_call_and_under_no_recording(vault, database, tenant, call_shelf):
    made = vault.keep(call_shelf, KIND, WORDS)
    assert (made.recording, made.call) == (None, call_shelf.call)
    assert f"/{call_shelf.call}/" in made.object_key
    assert vault.keep(call_shelf, KIND, WORDS) == made
    assert stored_events(database, tenant) == [made.id]


def test_what_belongs_to_a_call_is_made_again_and_not_recovered(vault, call_shelf):
    with pytest.raises(InvalidInput):
        vault.recover(call_shelf, KIND)


def test_a_shelf_is_of_something(call_shelf):
    with pytest.raises(InvalidInput):
        _ = replace(call_shelf, call=None).subject


def test_what_an_artifact_means_is_in_the_audit_log_once_and_only_with_its_row(vault, database, tenant, shelf):
    def issued() -> list[str]:
        with database.transaction(tenant.id) as tx:
            return [e.entry.target for e in list_events(tx) if e.entry.tag == AuditTag.RECEIPT_ISSUED]

    meaning = (AuditTag.RECEIPT_ISSUED, {"purpose": "record"})
    with pytest.raises(StoreUnreachable):
        replace(vault, database=_NoRows()).keep(shelf, KIND, WORDS, meaning=meaning)
    assert issued() == []
    made = [vault.keep(shelf, KIND, WORDS, meaning=meaning) for _ in range(2)]
    assert issued() == [made[0].id]


def test_what_belongs_to_a_dataset_lies_under_it_and_is_nobodys_recording(vault, database, tenant):
    shelf = Shelf(tenant=tenant.id, recording=None, call=None, on=date(2026, 11, 21), dataset="ds_1")
    kept = vault.keep(shelf, ArtifactKind.DATASET_MANIFEST, b"manifest")
    assert kept.object_key.startswith(f"tenants/{tenant.id}/2026/11/21/ds_1/dataset.manifest/")
    assert (kept.recording, kept.call, vault.read(kept)) == (None, None, b"manifest")
    with database.transaction(tenant.id) as tx:
        (event,) = (e for e in list_events(tx) if e.entry.tag == "artifact:artifact:stored")
    assert event.entry.facts["dataset"] == "ds_1"
    with pytest.raises(InvalidInput):
        vault.keep(replace(shelf, dataset=None), ArtifactKind.DATASET_MANIFEST, b"manifest")
