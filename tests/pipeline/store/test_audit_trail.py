from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.store.audit import add_event
from pipeline.store.audit_trail import read_trail, targets_of
from pipeline.store.recordings import get_recording
from tests.builders import an_artifact_row
from tests.queue_items import a_line


def test_a_trail_has_what_happened_to_a_recording_and_all_that_is_its_newest_first_in_pages(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording, other = a_line(tx, keys), a_line(tx, keys)
        found = get_recording(tx, recording)
        artifact = an_artifact_row(tx, found)
        for target in (recording, artifact.id, found.call, other):
            add_event(tx, AuditTag.ARTIFACT_READ, actor="user:ada", target=target)
        targets = targets_of(tx, recording)
        assert {recording, artifact.id, found.call} < set(targets)
        assert other not in targets
        seen, before = [], None
        while True:
            page, before = read_trail(tx, targets, before=before, limit=2)
            seen += page
            if before is None:
                break
        assert [e.seq for e in seen] == sorted((e.seq for e in seen), reverse=True)
        assert [e.target for e in seen if e.tag == "artifact:artifact:read"] == [found.call, artifact.id, recording]
        assert "review:item:opened" in {e.tag for e in seen}
