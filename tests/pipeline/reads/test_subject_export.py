from __future__ import annotations

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.subject import RequestKind
from pipeline.reads.subject_export import read_export
from pipeline.steps.erase_person import erase_person
from pipeline.steps.export_person import export_person
from pipeline.store.subject_requests import get_request
from tests.line import Line
from tests.pipeline.steps.asking import WHOLE, asked
from tests.pipeline.workflows.house_of_fakes import scripted_context


@pytest.mark.clause("connekz", "4", "download available")
def test_an_export_is_read_in_the_audit_log_until_what_it_was_made_from_has_ended(database, tenant, tmp_path):
    line = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    line.through(line.record(), *WHOLE)
    made = asked(line, RequestKind.ACCESS)
    with pytest.raises(NotFound):
        read_export(line.context.vault, tenant.id, made, actor="user:1")
    artifact = export_person(line.context, tenant.id, made.id)["artifact"]
    with line.tx() as tx:
        stands = get_request(tx, made.id)
    assert read_export(line.context.vault, tenant.id, stands, actor="user:1")[:2] == b"PK"
    assert line.tags(artifact).count("artifact:artifact:read") == 1
    erase_person(line.context, tenant.id, asked(line, RequestKind.DELETION).id)
    with pytest.raises(NotFound):
        read_export(line.context.vault, tenant.id, stands, actor="user:1")
