from __future__ import annotations

import pytest

from pipeline.consent.attested import DIRECTION
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotPermitted
from pipeline.model.recording import RecordingState, uploaded_sid
from pipeline.policies.facts import ProcessorAsk
from pipeline.steps.take_in import take_in
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import get_call
from pipeline.store.recordings import find_recording_by_sid, list_recordings
from pipeline.workflows.backfill import noting
from pipeline.workflows.bulk import steps_of
from tests.backfill import Enqueued, begin, with_folder
from tests.evidence import line as attested
from tests.pipeline.workflows.house_of_fakes import two_voices

AT = "2026-03-01T10:00:00"


def listed(line, *lines):
    """A job whose files are listed."""
    job = begin(line, *lines, place="folder")
    steps_of(line.context, Enqueued())["list_source"](line.owner.id, job.id, "")
    return job


def taken(line, job, ordinal=1):
    return take_in(line.context, line.owner.id, job.id, ordinal, note=noting(line.context))


def test_a_file_whose_people_agreed_is_noted_with_its_own_time_and_kept_sealed(line):
    ready, sha256 = with_folder(line, one=two_voices())
    job = listed(ready, attested(sha256["one"], recorded_at=AT))
    receipt = taken(ready, job)
    assert taken(ready, job) == receipt  # after a death it goes on with the same
    with line.tx() as tx:
        found = find_recording_by_sid(tx, uploaded_sid(sha256["one"]))
        assert receipt == {"recording": found.id}
        assert found.started_at.isoformat() == f"{AT}+00:00"
        assert get_call(tx, found.call).direction == DIRECTION
    assert line.kinds(found) == [ArtifactKind.RECORDING_ORIGINAL.value]
    assert line.tags(found.id).count("consent:evidence:attached") == 1


def test_what_is_not_attested_or_no_sound_leaves_nothing_behind(line):
    ready, _ = with_folder(line, one=two_voices(), two=b"no sound at all")
    job = listed(ready, attested("b" * 64, recorded_at=AT))
    assert [taken(ready, job, n)["outcome"] for n in (1, 2)] == ["no_evidence", "unusable"]
    (line.folder / "deposited" / "one.wav").unlink()
    assert taken(ready, job)["outcome"] == "unusable"
    with line.tx() as tx:
        assert (list_recordings(tx), list_artifacts(tx)) == ((), ())


def test_what_somebody_said_no_to_is_noted_and_not_kept(line):
    ready, sha256 = with_folder(line, one=two_voices())
    job = listed(ready, attested(sha256["one"], "declined", recorded_at=AT))
    receipt = taken(ready, job)
    with line.tx() as tx:
        (found,) = list_recordings(tx)
        assert (found.id, found.state) == (receipt["recording"], RecordingState.COMPLETED)
        assert list_artifacts(tx) == ()


def test_where_it_may_not_lie_it_is_not_noted_either(line):
    ready, sha256 = with_folder(line, one=two_voices())
    strange = ready.with_parts(hosts=(ProcessorAsk(name="nobody", purpose="hosting", region="us"),))
    job = listed(strange, attested(sha256["one"], recorded_at=AT))
    with pytest.raises(NotPermitted):
        taken(strange, job)
    with line.tx() as tx:
        assert list_recordings(tx) == ()
    assert "processor:data:denied" in [tag for tag in _all_tags(line)]


def _all_tags(line):
    from pipeline.store.audit import list_events

    with line.tx() as tx:
        return [event.entry.tag for event in list_events(tx)]
