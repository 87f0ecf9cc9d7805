from __future__ import annotations

import pytest

from pipeline.decisions.corrections import Missed, Saying, add_missed, say
from pipeline.model.audit import AuditTag
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, FindingFilter
from pipeline.reads.findings import preview_batch, read_diff, read_findings, read_version
from pipeline.redaction.manifest_diff import DiffKind
from pipeline.store.reviews import open_review
from tests.corrections import NAME, NUMBER, THANKS, an_ending, finding, published, reviewer
from tests.queued import Queued


@pytest.fixture
def recording(line):
    return published(line)


def read(line, recording):
    return read_findings(line.context.vault, line.owner.id, recording.id, actor="user:ada")


def preview(line, **chosen):
    return preview_batch(line.context.vault, line.owner.id, FindingFilter(**chosen), actor="user:ada")


def test_findings_are_places_in_order_of_time_with_what_was_said_of_them_and_no_words(line, recording):
    with line.tx() as tx:
        said = say(tx, finding(line, recording).place, Saying(kind=ChangeKind.CONFIRM), by=reviewer(line))
    found = read(line, recording)
    assert [(f.place.type, f.place.time) for f in found.findings] == [(T.PERSON, NAME), (T.PHONE_NUMBER, NUMBER)]
    assert [(f.is_open, f.change) for f in found.findings] == [(False, said), (True, None)]
    assert (found.version, found.channels, found.changes) == (1, 2, (said,))
    assert found.get(found.findings[1].place.key) == found.findings[1]
    assert found.get("9.9.9") is None
    assert "canary" not in repr(found)


def test_every_reading_is_in_the_log(line, recording):
    read(line, recording)
    facts = line.events(AuditTag.ARTIFACT_READ)[-1]
    assert facts == {"kind": "redaction.manifest", "recording": recording.id, "version": 1}


def test_versions_are_compared_by_what_was_added_and_removed(line, recording, clock):
    queue = Queued()
    with line.tx() as tx:
        missed = Missed(version=1, channel=0, time=THANKS, type=T.LOCATION)
        add_missed(tx, recording.id, missed, by=reviewer(line, queue=queue))
    clock.move(seconds=11)
    queue.work_off(line.context)
    found = read_diff(line.context.vault, line.owner.id, recording.id, actor="user:ada", numbers=(1, 2))
    (added,) = found
    assert (added.kind, added.type, added.time) == (DiffKind.ADDED, T.LOCATION, THANKS)
    (removed,) = read_diff(line.context.vault, line.owner.id, recording.id, actor="user:ada", numbers=(2, 1))
    assert removed.kind is DiffKind.REMOVED
    assert len(read_version(line.context.vault, line.owner.id, recording.id, actor="user:ada")[1].entries) == 3
    with pytest.raises(NotFound):
        read_version(line.context.vault, line.owner.id, recording.id, actor="user:ada", number=3)


def test_of_what_has_ended_nothing_is_listed(line, recording):
    an_ending(line, recording)
    with pytest.raises(NotPermitted):
        read(line, recording)
    assert (preview(line).findings, preview(line).skipped) == ((), 1)
    with pytest.raises(NotFound):
        read_findings(line.context.vault, line.owner.id, RecordingId("rec_0"), actor="user:ada")


def test_a_recording_of_which_nothing_is_rendered_is_left_out_of_a_preview_and_counted(line, recording):
    bare = line.record()
    with line.tx() as tx:
        open_review(tx, bare.id, risk=0, reasons=("random",))
    for seen in (preview(line), preview(line, recordings=(recording.id, bare.id))):
        assert (dict(seen.by_recording), seen.skipped) == ({recording.id: 2}, 1)
    with pytest.raises(NotFound):
        preview(line, recordings=(RecordingId("rec_0"),))


def test_a_preview_takes_open_findings_by_type_score_label_and_recording(line, recording):
    other = published(line)
    assert len(preview(line).findings) == 4
    assert dict(preview(line, type=T.PERSON).by_recording) == {recording.id: 1, other.id: 1}
    assert preview(line, max_score=0.5).findings == ()
    assert len(preview(line, label="PHONE_NUMBER_1", recordings=(other.id,)).findings) == 1
    before = preview(line, type=T.PERSON).digest
    assert preview(line, type=T.PERSON).digest == before
    with line.tx() as tx:
        say(tx, finding(line, recording).place, Saying(kind=ChangeKind.CONFIRM), by=reviewer(line))
    assert dict(preview(line, type=T.PERSON).by_recording) == {other.id: 1}
    assert preview(line, type=T.PERSON).digest != before


def test_no_more_recordings_are_opened_than_a_person_can_mean(line):
    with pytest.raises(InvalidInput):
        preview(line, recordings=tuple(RecordingId(f"rec_{n}") for n in range(51)))
