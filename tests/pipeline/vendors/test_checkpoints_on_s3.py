"""Checkpoints of the audit log on a real S3 server: locked, read back, and there whatever somebody hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model.errors import StoreDenied
from pipeline.reads.audit_file import stored_statements
from pipeline.reads.audit_proof import check_log, read_points
from pipeline.steps.checkpoint_log import LOCKED_DAYS, checkpoint_log
from pipeline.store.audit import list_events
from pipeline.store.checkpoints import list_checkpoints
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.pipeline.steps.test_checkpoint_log import happen


@pytest.fixture
def on_s3(vault, seaweedfs: S3Settings, tmp_path, clock):
    clock.at = datetime.now(UTC)
    return replace(vault, objects=S3Artifacts(replace(seaweedfs, prefix=f"{tmp_path.name}/")))


def test_checkpoints_are_locked_and_no_purge_or_delete_marker_takes_them_away(on_s3, tenant, clock):
    for _ in range(2):
        happen(on_s3, tenant)
        checkpoint_log(on_s3, tenant.id)
    with on_s3.database.transaction(tenant.id) as tx:
        made, events = list_checkpoints(tx), list(list_events(tx))
    for one in made:
        until = on_s3.objects.read_lock(one.object_key).retain_until
        assert until == (one.checkpoint.at + timedelta(days=LOCKED_DAYS)).replace(microsecond=0)
        with pytest.raises(StoreDenied):
            on_s3.objects.lock(one.object_key, retain_until=clock.now() + timedelta(days=1))
        assert not on_s3.objects.purge(one.object_key).is_complete
        on_s3.objects.mark_deleted(one.object_key)
    signed = read_points(stored_statements(on_s3.objects, tenant.id), pinned=None)
    proof = check_log(events, signed=signed)
    assert (proof.faults, proof.checkpoints, proof.signed_to) == ((), 2, made[-1].checkpoint.seq)
