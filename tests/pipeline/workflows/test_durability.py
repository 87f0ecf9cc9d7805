from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import find_break
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome
from pipeline.model.ids import CallId, LegId, RecordingId, new_id
from pipeline.model.recording import Recording, RecordingState
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import list_events
from pipeline.store.calls import add_call, add_leg
from pipeline.store.consents import add_consent
from pipeline.store.recordings import get_recording, note_recording
from pipeline.workflows.queue import DurableQueue
from tests.conftest import make_tenant
from tests.pipeline.workflows.house_of_fakes import scripted_context, tone

EXPECTED_KINDS = sorted(
    [
        ArtifactKind.RECORDING_ORIGINAL,
        *[ArtifactKind.CONSENT_RECEIPT] * 4,
        ArtifactKind.CALL_METADATA,
        ArtifactKind.TRANSCRIPT_ORIGINAL,
        ArtifactKind.REDACTION_MANIFEST,
        ArtifactKind.TRANSCRIPT_REDACTED,
        ArtifactKind.RECORDING_REDACTED,
    ]
)


def enqueue_a_call(context, keys, app_url, tmp_path, *, name="acme") -> RecordingId:
    """A consented call with a completed recording, enqueued in the transaction that noted it."""
    owner = make_tenant(context.vault.database, keys, name)
    queue = DurableQueue(context.vault.database.engine, version="1")
    call = CallId(new_id("call"))
    sid = new_id("x")[2:].encode().hex()[:32]
    with context.vault.database.transaction(owner.id) as tx:
        add_call(
            tx,
            Call(
                id=call,
                tenant=owner.id,
                call_sid="CA" + sid,
                direction="inbound",
                started_at=tx.now,
                mode="notice_continue",
                tokens=("N", "P", "O", "T"),
                locale="en-US",
                policy_digest="0" * 64,
                matrix_version="1",
            ),
            training_gate=False,
            numbers={"from": "+12125550100", "to": "+12125550101"},
            keys=keys,
        )
        add_leg(
            tx,
            Leg(
                id=LegId(new_id("leg")),
                call=call,
                role=LegRole.CALLER,
                leg_sid=None,
                number_ref=None,
                candidates=("US-NY",),
            ),
        )
        for purpose in RECORDING_PURPOSES:
            event = ConsentEvent(
                leg_role=LegRole.CALLER,
                purpose=purpose,
                outcome=Outcome.GRANTED,
                method=Method.IMPLIED,
                at=tx.now,
                script=None,
            )
            add_consent(tx, call, event, cause="announced:1", actor="test")
        recording = note_recording(
            tx,
            Recording(
                id=RecordingId(new_id("rec")),
                tenant=owner.id,
                call=call,
                recording_sid="RE" + sid,
                state=RecordingState.COMPLETED,
                source="StartCallRecordingTwiML",
                channels=2,
                started_at=tx.now + timedelta(seconds=1),
                duration_s=6,
            ),
        )
        queue.enqueue_recording(tx, owner.id, recording.id)
    (tmp_path / "vendor" / recording.recording_sid).write_bytes(tone())
    queue.close()
    return recording.id


@pytest.mark.timeout(900)
def test_a_worker_killed_at_every_point_of_the_line_finishes_with_the_same_artifacts(app_url, keys, tmp_path):
    context = scripted_context(app_url, tmp_path)
    recording = enqueue_a_call(context, keys, app_url, tmp_path)

    run = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.pipeline.workflows.many_lives",
            app_url,
            str(tmp_path),
            f"recording:acme:{recording}",
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
        timeout=800,
    )

    assert run.returncode == 0, run.stderr[-2000:]
    with context.vault.database.transaction("acme") as tx:
        found = get_recording(tx, recording)
        assert (found.state, found.reason) == (RecordingState.PUBLISHED, None)
    died_at = (tmp_path / "died_at").read_text().split()
    assert {name.split(":")[0] for name in died_at} >= {
        "settle_consent",
        "capture",
        "delete_vendor_copy",
        "keep_receipts",
        "transcribe",
        "detect",
        "index_people",
        "redact_text",
        "redact_audio",
        "decide",
        "publish",
    }
    with context.vault.database.transaction("acme") as tx:
        artifacts = list_artifacts(tx, recording=recording)
        assert get_recording(tx, recording).state is RecordingState.PUBLISHED
        assert sorted(a.kind for a in artifacts) == EXPECTED_KINDS
        assert find_break(list_events(tx)) is None
    vendor = (tmp_path / "vendor.log").read_text().split()
    # It died before anything was kept of what it heard once at most, and after that never asked again.
    assert vendor.count("transcribe") <= 2
    assert not list((tmp_path / "vendor").iterdir())
    context.vault.database.close()


def test_a_living_worker_takes_up_what_a_killed_one_left(app_url, keys, tmp_path):
    context = scripted_context(app_url, tmp_path)
    recording = enqueue_a_call(context, keys, app_url, tmp_path)
    arguments = [app_url, str(tmp_path), f"recording:acme:{recording}"]
    module = [sys.executable, "-W", "ignore", "-m", "tests.pipeline.workflows.two_workers"]

    run = subprocess.run(
        [*module, *arguments], capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False, timeout=120
    )

    assert run.returncode == 0, run.stderr[-2000:]
    lines = run.stdout.splitlines()
    assert lines[0] == "killed"
    assert lines[-1] == "SUCCESS"
    with context.vault.database.transaction("acme") as tx:
        assert get_recording(tx, recording).state is RecordingState.PUBLISHED
    context.vault.database.close()


def test_what_is_rolled_back_starts_no_work(app_url, keys, tmp_path):
    context = scripted_context(app_url, tmp_path)
    owner = make_tenant(context.vault.database, keys, "acme")
    queue = DurableQueue(context.vault.database.engine, version="1")
    with pytest.raises(RuntimeError), context.vault.database.transaction(owner.id) as tx:
        queue.enqueue_recording(tx, owner.id, RecordingId("rec_x"))
        raise RuntimeError
    with context.vault.database.engine.connect() as connection:
        from sqlalchemy import text

        assert connection.execute(text("select count(*) from dbos.workflow_status")).scalar() == 0
    queue.close()
    context.vault.database.close()
