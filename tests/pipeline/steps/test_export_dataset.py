from __future__ import annotations

import json
import random
from pathlib import Path

import psycopg
import pytest

from pipeline.consent import jws
from pipeline.datasets.manifest import MANIFEST, read_manifest
from pipeline.datasets.verify import verify_dataset
from pipeline.decisions.training_features import disable, enable
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.dataset import RecallCause, scope_of
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import Conflict, InvalidInput, NotFound, NotPermitted, StoreUnreachable
from pipeline.model.ids import ArtifactId, TenantId
from pipeline.steps.export_dataset import ExportRequest, export_dataset
from pipeline.store.artifacts import get_artifact
from pipeline.store.datasets import list_datasets_of
from pipeline.store.decisions import find_decision
from pipeline.store.recalls import recall_of
from pipeline.store.vault import Vault
from tests.builders import answer
from tests.training import COOL_OFF, STEPS, VENDOR, a_line, agreed, bare, export, own, recordings_in, rows_of

NONE = scope_of(TrainingScope.NONE, instance=None, feature=None)
GREETING = scope_of(TrainingScope.TENANT_FEATURE, instance=None, feature="greeting")


@pytest.fixture
def house(database, keys, tmp_path: Path):
    """A Connekz tenant, and a folder for what is exported."""
    (tmp_path / "out").mkdir()
    return a_line(database, keys, tmp_path), tmp_path / "out"


def test_every_row_names_the_decision_the_policy_and_the_receipt_it_rests_on(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    rows = rows_of(out / "ds")
    assert [row.kind.value for row in rows] == ["transcript.redacted", "recording.redacted"]
    for row in rows:
        with line.tx() as tx:
            decision = find_decision(tx, ArtifactId(row.artifact))
        assert decision is not None
        assert decision.is_training_eligible
        assert (row.decision, row.policy_digest) == (decision.digest, decision.policy_digest)
        assert (row.policy_id, row.scope, row.redaction_version, row.language) == ("connekz", VENDOR.scope, 1, "en-US")
        assert row.captured_on.isoformat() == decision.facts["artifact"]["captured_at"][:10]
        assert row.recording == recording.id
    issued = [e for e in line.events("consent:receipt:issued") if e["purpose"] == "train"]
    assert {digest for row in rows for digest in row.receipts} == {e["sha256"] for e in issued}


def test_what_is_written_is_what_lies_in_the_vault_and_nothing_that_was_hidden(house, clock) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    whole = b"".join(path.read_bytes() for path in (out / "ds").iterdir())
    assert b"canaryname" not in whole
    assert b"5551234" not in whole
    for row in rows_of(out / "ds"):
        with line.tx() as tx:
            artifact = get_artifact(tx, ArtifactId(row.artifact))
        shard = (out / "ds" / row.shard).read_bytes()
        assert shard[row.offset : row.offset + row.size] == line.context.vault.read(artifact)


def test_the_same_moment_gives_the_same_shards_and_index(house, clock) -> None:
    line, out = house
    for number in range(3):
        agreed(line, number)
    clock.move(days=COOL_OFF)
    for name in ("a", "b"):
        export(line, out / name, shard_bytes=120_000)
    files = [name for name in bare(out / "a") if name != MANIFEST]
    assert len(files) == 4  # three shards: one recording fits into each
    assert all((out / "a" / name).read_bytes() == (out / "b" / name).read_bytes() for name in files)


def test_the_manifest_is_kept_in_the_vault_judged_and_tagged_as_no_training_material(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    with line.tx() as tx:
        (dataset,) = list_datasets_of(tx, recording.id)
        kept = get_artifact(tx, dataset.manifest)
        decision = find_decision(tx, kept.id)
    assert (kept.kind, kept.recording, kept.call) == (ArtifactKind.DATASET_MANIFEST, None, None)
    assert line.context.vault.read(kept) == (out / "ds" / MANIFEST).read_bytes()
    assert decision is not None
    assert decision.disposition == "retain"
    tags = line.context.vault.objects.read_tags(kept.object_key)
    assert (tags["training-eligible"], tags["kind"]) == ("false", "dataset.manifest")


def test_the_manifest_names_what_was_refused_the_policies_and_the_dataset_before(house, clock) -> None:
    line, out = house
    agreed(line, 1)
    agreed(line, 2, train=Outcome.DECLINED)
    clock.move(days=COOL_OFF)
    first, second = export(line, out / "a"), export(line, out / "b")
    manifest, signed = read_manifest((out / "b" / MANIFEST).read_bytes(), pinned=None)
    assert (first.previous, second.previous) == (None, first.dataset)
    assert manifest.previous is not None
    assert manifest.previous.manifest_sha256 == first.manifest_sha256
    assert manifest.refused == {"CONSENT_DECLINED": 2, "NO_TRAINING_CONSENT": 2, "SPEAKERS": 2}
    assert [policy.id for policy in manifest.policies] == ["connekz"]
    assert (manifest.tenant, signed.kid) == ("acme", second.kid)


@pytest.mark.clause("nejix", "2", "customers' call data to train AI models")
def test_no_recording_of_a_nejix_tenant_is_ever_in_a_dataset(database, keys, tmp_path, clock) -> None:
    """Nejix §2: whatever the caller answered, the policy's scope is none."""
    line = a_line(database, keys, tmp_path, policy_id="nejix")
    agreed(line)
    clock.move(days=COOL_OFF)
    with pytest.raises(NotPermitted, match=r"nejix §2: .*call data to train"):
        export(line, tmp_path / "ds", NONE)
    with pytest.raises(NotPermitted, match="POLICY_SCOPE 2"):
        export(line, tmp_path / "ds")
    assert len(line.events("training:dataset:refused")) == 2
    assert not (tmp_path / "ds").exists()


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_feature_is_trained_for_only_while_its_record_says_that_the_tenant_switched_it_on(
    database, keys, tmp_path, clock
) -> None:
    line = a_line(database, keys, tmp_path, policy_id="nejix")
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    with pytest.raises(NotPermitted, match="not switched on"):
        export(line, tmp_path / "ds", GREETING)
    with line.tx() as tx:
        enable(tx, "greeting", actor="user:1", reason="contract")
    export(line, tmp_path / "ds", GREETING)
    assert recordings_in(tmp_path / "ds") == {recording.id: 2}
    other = scope_of(TrainingScope.TENANT_FEATURE, instance=None, feature="other")
    for scope in (other, VENDOR):
        with pytest.raises(NotPermitted):
            export(line, tmp_path / "no", scope)
    with line.tx() as tx:
        disable(tx, "greeting", actor="user:1", reason="no longer")
    with pytest.raises(NotPermitted, match="not switched on"):
        export(line, tmp_path / "no", GREETING)


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_feature_needs_the_callers_own_yes_too(database, keys, tmp_path, clock) -> None:
    line = a_line(database, keys, tmp_path, policy_id="nejix")
    with line.tx() as tx:
        enable(tx, "greeting", actor="user:1", reason="contract")
    agreed(line, train=None)
    clock.move(days=COOL_OFF)
    with pytest.raises(NotPermitted, match="NO_TRAINING_CONSENT 2"):
        export(line, tmp_path / "ds", GREETING)


@pytest.mark.contradiction(11)
@pytest.mark.parametrize(("days", "is_free"), [(0, False), (29, False), (30, True)])
def test_thirty_days_lie_between_capture_and_dataset(house, clock, days: int, is_free: bool) -> None:
    line, out = house
    agreed(line)
    clock.move(days=days)
    if is_free:
        assert export(line, out / "ds").rows == 2
    else:
        with pytest.raises(NotPermitted, match="COOL_OFF 2"):
            export(line, out / "ds")


@pytest.mark.contradiction(15)
def test_a_recording_of_somebody_who_was_not_asked_is_in_no_dataset(house, clock) -> None:
    """The caller agreed to training; the other person on the line agreed to be recorded and no more."""
    line, out = house
    recording = line.record(is_answered=True, roles=(LegRole.CALLER, LegRole.CALLEE))
    with line.tx() as tx:
        answer(tx, recording.call, purposes=(Purpose.TRAIN,), at=recording.started_at)
    line.through(recording, *STEPS)
    clock.move(days=COOL_OFF)
    with pytest.raises(NotPermitted, match="SPEAKERS 2"):
        export(line, out / "ds")


@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.clause("connekz", "2", "used to train other connekz models")
@pytest.mark.acceptance(14)
def test_what_came_through_an_instance_is_in_that_instances_datasets_alone(house, clock) -> None:
    """Many calls of A, B and none, in any order: each is in the one dataset it may be in, and the trainer sees that."""
    line, out = house
    instances = [*("a", "b", None) * 3, *random.Random(7).choices(("a", "b", None), k=3)]
    random.Random(8).shuffle(instances)
    made = {agreed(line, number, instance=instance).id: instance for number, instance in enumerate(instances)}
    clock.move(days=COOL_OFF)
    scopes = {"a": own("a"), "b": own("b"), None: VENDOR}
    for instance, scope in scopes.items():
        folder = out / str(instance)
        done = export(line, folder, scope)
        wanted = {recording for recording, of in made.items() if of == instance}
        assert set(recordings_in(folder)) == wanted
        assert done.refused == {"OTHER_SCOPE": 2 * (len(made) - len(wanted))}
        for asked in ("a", "b"):
            assert verify_dataset(folder, instance=asked).is_whole is (asked == instance)
    with pytest.raises(NotPermitted, match=f"OTHER_SCOPE {2 * len(made)}"):
        export(line, out / "c", own("c"))


def test_nothing_eligible_writes_nothing_and_says_why(house) -> None:
    line, out = house
    with pytest.raises(NotPermitted, match="there is nothing"):
        export(line, out / "ds")
    agreed(line)
    with pytest.raises(NotPermitted, match="COOL_OFF 2"):
        export(line, out / "ds")
    assert bare(out) == []
    assert [e["scope"] for e in line.events("training:dataset:refused")] == ["vendor_models"] * 2


def test_a_place_that_is_taken_is_refused_before_anything_is_read(house, clock) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    (out / "ds").mkdir()
    (out / "ds" / "mine").write_text("mine")
    with pytest.raises(InvalidInput):
        export(line, out / "ds")
    assert bare(out / "ds") == ["mine"]
    assert line.events("training:dataset:exported") == []


def test_a_recall_while_the_dataset_is_written_stops_it(house, clock) -> None:
    line, out = house
    recordings = [agreed(line, number) for number in range(2)]
    clock.move(days=COOL_OFF)

    def withdraw_first(seen: int) -> None:
        if seen == 2:
            with line.tx() as tx:
                recall_of(tx, recordings[0].id, RecallCause.WITHDRAWAL)

    request = ExportRequest(tenant=line.owner.id, scope=VENDOR, out=out / "ds", actor="test")
    with pytest.raises(Conflict):
        export_dataset(line.context, request, on_recording=withdraw_first)
    assert bare(out) == []
    assert line.events("training:dataset:exported") == []


@pytest.mark.parametrize("after", [0, 1, 7])
def test_a_store_that_fails_in_the_middle_leaves_no_sound_behind(house, clock, after: int) -> None:
    line, out = house
    for number in range(2):
        agreed(line, number)
    clock.move(days=COOL_OFF)
    vault, reads = line.context.vault, []

    class Failing(type(vault.objects)):  # type: ignore[misc]
        def get(self, key, *, version=None):
            reads.append(key)
            if len(reads) > after:
                raise StoreUnreachable("get")
            return super().get(key, version=version)

    broken = Vault(database=vault.database, objects=Failing(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        export(line.with_parts(vault=broken), out / "ds")
    assert bare(out) == []
    assert line.events("training:dataset:exported") == []
    assert export(line, out / "ds").rows == 4


def test_a_dataset_that_cannot_be_signed_for_is_not_written(house, clock) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    line.context.vault.keys.destroy_tenant_key(line.owner.id)
    with pytest.raises(NotFound):
        export(line, out / "ds")
    assert bare(out) == []


def test_another_tenants_recordings_are_not_seen(house, database, keys, tmp_path, clock) -> None:
    line, out = house
    mine = agreed(line)
    other = a_line(database, keys, tmp_path, "other")
    theirs = agreed(other)
    clock.move(days=COOL_OFF)
    export(line, out / "mine")
    export(other, out / "theirs")
    assert set(recordings_in(out / "mine")) == {mine.id}
    assert set(recordings_in(out / "theirs")) == {theirs.id}
    request = ExportRequest(tenant=TenantId("nobody"), scope=VENDOR, out=out / "no", actor="test")
    with pytest.raises(NotFound):
        export_dataset(line.context, request)


def test_a_change_of_a_row_of_lineage_is_not_granted(house, clock, postgres, database_name) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        for table in ("datasets", "dataset_rows", "recalls", "training_features"):
            rows = owner.execute(
                "select privilege_type from information_schema.role_table_grants "
                "where table_name = %s and grantee = 'earmark_app'",
                (table,),
            ).fetchall()
            assert {row[0] for row in rows} == {"SELECT", "INSERT"}


def test_the_manifest_is_signed_as_a_dataset_and_nothing_else(house, clock) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    payload = json.loads(jws.read_unverified((out / "ds" / MANIFEST).read_text()))
    assert set(payload) == {
        "format", "dataset", "tenant", "created_at", "scope", "scope_id", "index", "shards", "recordings", "refused",
        "policies", "previous", "recalls_sha256", "excluded",
    }  # fmt: skip
