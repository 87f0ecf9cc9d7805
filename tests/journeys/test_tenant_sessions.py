"""Two tenants in one installation whose process may by itself reach no tenant: every object and key by sessions.

The S3 server refuses the process everything under `tenants/`, and each session everything of another tenant.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import StoreDenied
from pipeline.model.ids import TenantId, new_id
from pipeline.reads.readiness import readiness_of
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.steps.purge import purge_recording
from pipeline.store.ledger import list_ledger_tenants
from pipeline.vendors.aws_tenants import TenantRole
from pipeline.vendors.kms_tenants import KmsTenantKeys
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from pipeline.vendors.s3_tenants import S3TenantArtifacts
from tests.conftest import make_tenant
from tests.disposal import a_whole_recording, end, lies, living, statements
from tests.line import Line
from tests.moto_kms import MotoKms
from tests.moto_sts import ROLE
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.seaweedfs import TENANT_ROLE


@pytest.fixture
def process(seaweedfs_with_roles) -> S3Settings:
    """Sign in as who may reach no tenant."""
    return replace(seaweedfs_with_roles, access_key="process", secret_key="process-secret")


@pytest.fixture
def keys(moto_kms, moto_sts) -> KmsTenantKeys:
    return KmsTenantKeys(moto_kms, TenantRole(arn=ROLE, sts_endpoint_url=moto_sts.endpoint))


@pytest.fixture
def lines(database, tmp_path, keys, process) -> tuple[Line, Line]:
    made = scripted_context("", tmp_path, database=database)
    objects = S3TenantArtifacts(process, TenantRole(arn=TENANT_ROLE, sts_endpoint_url=process.endpoint_url))
    context = replace(made, vault=replace(made.vault, objects=objects, keys=keys))
    owners = [make_tenant(database, keys, TenantId(new_id("t").replace("_", "-"))) for _ in range(2)]
    one, other = (Line(context=context, owner=owner, folder=tmp_path) for owner in owners)
    return one, other


def test_recordings_are_made_and_deleted_by_sessions_of_their_tenants_alone(lines, process, moto_sts):
    one, other = lines
    made = {}
    for line in lines:
        MotoKms.askers.clear()
        made[line.owner.id] = a_whole_recording(line)
        checkpoint_log(line.context.vault, line.owner.id)
        assert {moto_sts.whose(key) for key, _ in MotoKms.askers} == {line.owner.id}
        assert len(lies(line, f"tenants/{line.owner.id}/")) == len(living(line, made[line.owner.id])) > 5

    end(one, made[one.owner.id])
    assert purge_recording(one.context, one.owner.id, made[one.owner.id].id)["is_done"]
    assert statements(one)
    left = {line.owner.id: len(living(line, made[line.owner.id])) for line in lines}
    assert left[one.owner.id] < left[other.owner.id]
    assert {line.owner.id: len(lies(line, f"tenants/{line.owner.id}/")) for line in lines} == left
    assert one.owner.id in list_ledger_tenants(one.context.vault.objects)
    assert not readiness_of(one.context.vault).faults()

    by_itself = S3Artifacts(process)
    for artifact in living(other, made[other.owner.id]):
        with pytest.raises(StoreDenied):
            by_itself.get(artifact.object_key)
