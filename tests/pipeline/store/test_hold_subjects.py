from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.hold import HoldScope
from pipeline.store import hold_subjects
from pipeline.store.hold_subjects import iter_candidates, list_lineage, read_subjects, read_whole
from pipeline.store.recordings import merge_facts
from tests.builders import a_call, a_recording, an_artifact_row


def test_what_conditions_are_judged_on_is_read_with_everything_an_artifact_was_made_from(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys), after_s=3600)
        merge_facts(tx, recording.id, {"entity_types": "PERSON,URL"})
        audio = an_artifact_row(tx, recording)
        words = an_artifact_row(tx, recording, ArtifactKind.TRANSCRIPT_ORIGINAL, parents=(audio.id,))
        last = an_artifact_row(tx, recording, ArtifactKind.SUMMARY, parents=(words.id, audio.id))
        (subject,) = read_subjects(tx, [last.id])
        assert subject.kinds == {"summary", "transcript.original", "recording.original"}
        assert (subject.captured_at, subject.mode) == (recording.started_at, "notice_continue")
        assert subject.entity_types == {"PERSON", "URL"}
        assert {i for i, _, _ in list_lineage(tx, last)} == {audio.id, words.id}
        assert list_lineage(tx, audio) == ()


def test_of_a_whole_recording_or_call_the_kind_is_open_and_of_nothing_there_is_nothing(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        recording = a_recording(tx, call)
        (taped,), (called,) = read_whole(tx, recording.id, None), read_whole(tx, None, call)
        assert (taped.kinds, taped.mode, taped.captured_at) == (None, "notice_continue", recording.started_at)
        assert (called.kinds, called.mode) == (None, "notice_continue")
        assert read_whole(tx, None, None) == ()


def test_candidates_come_in_order_over_pages(database, tenant, monkeypatch):
    monkeypatch.setattr(hold_subjects, "_PAGE", 2)
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, None)
        made = sorted(an_artifact_row(tx, recording).id for _ in range(5))
        found = [a.id for a in iter_candidates(tx, HoldScope.TENANT, "acme", None)]
        assert found == made
        assert [a.id for a in iter_candidates(tx, HoldScope.TENANT, "acme", None, after=made[2])] == made[3:]
