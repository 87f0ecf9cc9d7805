from __future__ import annotations

import json

import pytest

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.reads.audit_file import export_log, read_log, read_statements, stored_statements, write_event
from pipeline.reads.audit_proof import check_log, read_points
from pipeline.steps.checkpoint_log import checkpoint_log
from pipeline.store.audit import list_events
from tests.pipeline.steps.test_checkpoint_log import happen


@pytest.fixture
def exported(vault, tenant, tmp_path):
    for _ in range(2):
        happen(vault, tenant)
        checkpoint_log(vault, tenant.id)
    export_log(vault, tenant.id, tmp_path / "out", actor="user:ada", via="cli:root")
    return tmp_path / "out"


def test_an_export_is_log_checkpoints_and_keys_and_stands_in_the_log_itself(vault, tenant, exported):
    events = list(read_log(exported / "log.jsonl"))
    with vault.database.transaction(tenant.id) as tx:
        assert events == list(list_events(tx))
    assert (events[-1].entry.tag, events[-1].entry.actor) == ("audit:log:exported", "user:ada")
    statements = list(read_statements(exported / "checkpoints"))
    assert [s.token for s in statements] == [s.token for s in stored_statements(vault.objects, tenant.id)]
    assert check_log(events, signed=read_points(statements, pinned=None)).faults == ()
    keys = json.loads((exported / "keys.json").read_text())
    assert (keys["tenant"], len(keys["keys"])) == ("acme", 1)
    assert sorted(p.name for p in exported.parent.iterdir() if p.name.startswith(".out")) == []


def test_a_checkpoint_that_was_hidden_in_the_store_is_found_all_the_same(vault, tenant, exported):
    before = list(stored_statements(vault.objects, tenant.id))
    for version in list(vault.objects.list_versions("audit/acme/")):
        vault.objects.mark_deleted(version.key)
    assert list(stored_statements(vault.objects, tenant.id)) == before


def test_an_export_overwrites_nothing(vault, tenant, exported):
    with pytest.raises(InvalidInput):
        export_log(vault, tenant.id, exported, actor="user:ada")
    with pytest.raises(InvalidInput):
        export_log(vault, tenant.id, exported / "log.jsonl", actor="user:ada")
    assert len(list(read_log(exported / "log.jsonl"))) > 1


def test_an_export_that_fails_leaves_nothing(vault, tenant, tmp_path):
    class Broken(type(vault.objects)):
        def list_versions(self, prefix):
            raise OSError("away")

    broken = type(vault)(database=vault.database, objects=Broken(tmp_path / "objects"), keys=vault.keys)
    with pytest.raises(OSError, match="away"):
        export_log(broken, tenant.id, tmp_path / "out", actor="user:ada")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".out.part").exists()


def test_nobody_has_no_log_and_a_folder_that_is_not_there_no_checkpoints(vault, tmp_path):
    with pytest.raises(NotFound):
        export_log(vault, TenantId("nobody"), tmp_path / "out", actor="user:ada")
    with pytest.raises(InvalidInput):
        list(read_statements(tmp_path / "none"))
    with pytest.raises(InvalidInput):
        list(read_log(tmp_path / "none"))


def test_an_event_is_read_back_from_its_line(vault, tenant, tmp_path):
    with vault.database.transaction(tenant.id) as tx:
        events = list(list_events(tx))
    (tmp_path / "log").write_text("".join(write_event(event) for event in events))
    assert list(read_log(tmp_path / "log")) == events
