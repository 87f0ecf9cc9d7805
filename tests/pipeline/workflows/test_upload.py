from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.model.recording import RecordingState as S
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import get_recording, list_recordings
from pipeline.workflows.upload import process_upload
from tests.pipeline.workflows.house_of_fakes import tone


def upload(line, audio: bytes | None = None, *, before_step=lambda name: None):
    made = process_upload(line.context, line.owner.id, tone() if audio is None else audio, before_step=before_step)
    with line.tx() as tx:
        return get_recording(tx, made)


def test_a_file_goes_through_the_same_line_without_asking_a_vendor(line):
    names: list[str] = []
    recording = upload(line, before_step=names.append)
    assert line.state(recording) is S.PUBLISHED
    assert names[0] == "settle_consent"
    assert names[-3:] == ["publish", "index_words", "assess_risk"]
    assert line.asked == ["transcribe"]
    assert line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)) == tone()


def test_the_same_file_again_is_the_same_recording_and_is_heard_once(line):
    first, second = upload(line), upload(line)
    assert first == second
    assert line.asked == ["transcribe"]
    assert line.state(first) is S.PUBLISHED
    with line.tx() as tx:
        assert len(list_recordings(tx)) == 1
    assert line.tags(first.id).count("recording:redaction:published") == 1


def test_another_file_is_another_recording(line):
    assert upload(line).id != upload(line, tone(5)).id


def test_a_file_that_was_left_in_the_middle_is_taken_up_again(line):
    def stop(name: str) -> None:
        if name == "redact_text":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upload(line, before_step=stop)
    recording = upload(line)
    assert (line.state(recording), line.asked) == (S.PUBLISHED, ["transcribe"])


@pytest.mark.parametrize("audio", [b"", b"text renamed", tone()[:60]])
def test_a_file_that_cannot_be_decoded_leaves_nothing(line, audio):
    with pytest.raises(InvalidInput):
        upload(line, audio)
    with line.tx() as tx:
        assert list_recordings(tx) == ()
        assert tx.connection.execute(text("select count(*) from earmark.calls")).scalar() == 0


def test_a_file_of_nobody_is_refused(line):
    with pytest.raises(NotFound, match="nobody"):
        process_upload(line.context, TenantId("nobody"), tone(), before_step=lambda name: None)


def test_a_file_of_a_tenant_that_does_not_record_is_refused_and_due(line):
    line.choose(is_recording_on=False)
    recording = upload(line)
    assert (line.state(recording), line.asked) == (S.REFUSED, [])
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    with line.tx() as tx:
        decision = find_decision(tx, original.id)
    assert decision is not None
    assert decision.record["retention"]["disposition"] == "due"


def test_a_store_that_fails_before_the_line_begins_is_told_and_the_next_attempt_succeeds(line):
    vault = line.context.vault

    class Full(type(vault.objects)):
        def put_if_absent(self, key, body, **more):
            raise StoreUnreachable("put")

    broken = line.with_parts(
        vault=type(vault)(database=vault.database, objects=Full(line.folder / "objects"), keys=vault.keys)
    )
    with pytest.raises(StoreUnreachable):
        upload(broken)
    assert line.state(upload(line)) is S.PUBLISHED
