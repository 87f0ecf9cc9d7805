from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.holds import place
from pipeline.decisions.justify import justify
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.recording import RecordingState as S
from pipeline.model.retention import REVIEW_GRACE
from pipeline.steps.context import shelf_of
from pipeline.steps.retention import foresee, run_retention
from pipeline.store.due import list_reviews_due
from pipeline.store.purges import list_purges
from pipeline.store.recordings import mark_metadata_gone
from pipeline.store.retention_runs import find_last_run
from tests.disposal import a_whole_recording, end, living, rows, statements


def run(line):
    return run_retention(line.context, line.owner.id)


@pytest.fixture
def recording(line):
    return a_whole_recording(line)


def test_a_night_with_nothing_due_counts_nothing_and_is_recorded(line, recording, clock):
    counts = run(line)
    assert {n: v for n, v in counts.items() if n != "on"} == dict.fromkeys(counts.keys() - {"on"}, 0)
    with line.tx() as tx:
        assert find_last_run(tx).on == clock.now().date()
    assert line.events("retention:run:finished")[0]["due"] == 0


def test_what_has_reached_its_day_is_judged_again_and_purged_and_counted(line, recording, clock):
    clock.move(days=90)
    counts = run(line)
    assert (counts["due"], counts["purged"], counts["objects"], counts["waiting"]) == (1, 1, 2, 0)
    assert run(line)["due"] == 0


def test_an_ending_is_taken_up_once_by_the_next_night(line, recording):
    end(line, recording)
    counts = run(line)
    assert (counts["endings"], counts["purged"]) == (1, 1)
    assert line.state(recording) is S.PURGED
    assert run(line)["endings"] == 0


def test_an_ending_of_a_call_reaches_every_recording_of_it(line, recording):
    from pipeline.model.retention import RetentionBasis
    from pipeline.store.endings import Ending, add_ending

    with line.tx() as tx:
        ending = Ending(
            scope_kind="call",
            scope_id=recording.call,
            cause=RetentionBasis.DELETION_REQUEST,
            source="r",
            ends_on=tx.now.date(),
        )
        add_ending(tx, ending, actor="test")
    assert run(line)["purged"] == 1
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}


def test_what_a_hold_covers_leaves_the_index_and_stays(line, recording, clock):
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m", scope=("tenant", "acme"), actor="u", reason="r")
    before = living(line, recording)
    clock.move(days=90)
    assert run(line)["due"] == 0  # placing the hold has taken it out of the index
    assert living(line, recording) == before


def test_what_a_failure_left_unjudged_is_judged_a_day_later(line, clock):
    left = line.record()
    made = line.context.vault.keep(shelf_of(left), K.RECORDING_ORIGINAL, b"sound")
    assert run(line)["judged"] == 0
    clock.move(days=1, seconds=1)
    assert run(line)["judged"] == 1
    assert rows(line, "select disposition from earmark.artifacts where id = :a", a=made.id) != [("undecided",)]


def test_a_failure_of_one_keeps_no_other_from_its_purge(line, recording, clock):
    other = a_whole_recording(line)
    clock.move(days=90)
    original = line.artifact(recording, K.RECORDING_ORIGINAL)
    with line.tx() as tx:
        tx.connection.exec_driver_sql(
            "update earmark.artifacts set object_key = 'tenants/acme/elsewhere/x' where id = %s", (original.id,)
        )
    counts = run(line)
    assert (counts["failed"], counts["purged"]) == (1, 1)
    assert not line.at_vendor(other)


def test_a_purge_that_waits_is_tried_again_every_night(line, recording, clock):
    from tests.pipeline.steps.test_purge import Away
    from tests.pipeline.workflows.house_of_fakes import Log

    end(line, recording)
    away = line.with_parts(vendor=Away(line.folder / "vendor", Log(line.folder / "vendor.log")))
    assert (run(away)["waiting"], run(away)["waiting"]) == (1, 1)
    with line.tx() as tx:
        assert list_purges(tx)[0].attempts == 2
    assert run(line)["waiting"] == 0
    assert not line.at_vendor(recording)


@pytest.mark.clause("nejix", "4", "delete or anonymize your personal information within 90 days")
def test_the_vendors_metadata_is_followed_and_a_further_edition_says_that_it_is_gone(line, recording, clock):
    """Twilio keeps metadata for forty days after a delete."""
    end(line, recording)
    run(line)
    clock.move(days=41)
    with line.tx() as tx:
        mark_metadata_gone(tx, [recording.id])
    assert run(line)["metadata_gone"] == 1
    first, second = statements(line)
    assert ("metadata", recording.recording_sid) in [(r["kind"], r["name"]) for r in first["remains"]]
    assert ("metadata", recording.recording_sid) not in [(r["kind"], r["name"]) for r in second["remains"]]
    assert second["edition"] == 2
    assert run(line)["metadata_gone"] == 0


@pytest.mark.clause("connekz", "4", "as long as needed to provide the service")
def test_keeping_without_an_end_is_justified_each_year_or_told_loudly_every_night(line, recording, clock):
    """D.2: indefinite = periodic re-justification, not "no TTL"; D.3-4."""
    clock.move(days=365)
    counts = run(line)
    assert counts["reviews_due"] > 0
    assert counts["unjustified"] == 0
    clock.move(days=REVIEW_GRACE.days)
    assert run(line)["unjustified"] == counts["reviews_due"]
    assert {e["kind"] for e in line.events("retention:keeping:unjustified")} >= {"transcript.redacted"}
    kept = {a.kind for a in living(line, recording)}
    assert kept >= {K.TRANSCRIPT_REDACTED}

    with line.tx() as tx:
        for found in list_reviews_due(tx, on=clock.now().date()):
            reason = "customers dispute invoices for years"
            justify(tx, line.context.vault, kind=found.kind, reason=reason, actor="user:1")
    assert run(line)["unjustified"] == 0
    clock.move(days=364)
    assert run(line)["reviews_due"] == 0
    clock.move(days=1)
    assert run(line)["reviews_due"] > 0


def test_a_new_decision_is_no_justification(line, recording, clock):
    from pipeline.steps.decide import decide_artifacts

    clock.move(days=400)
    with line.tx() as tx:
        before = list_reviews_due(tx, on=clock.now().date())
    decide_artifacts(line.context, line.owner.id, recording.id)
    with line.tx() as tx:
        assert [(f.kind, f.since) for f in list_reviews_due(tx, on=clock.now().date())] == [
            (f.kind, f.since) for f in before
        ]


def test_switching_recording_off_ends_nothing_that_was_permitted(line, recording, clock):
    line.choose(is_recording_on=False, is_transcription_on=False)
    clock.move(days=90)
    assert run(line)["objects"] == 2  # the sound, whose days are over; the words have none
    assert {a.kind for a in living(line, recording)} >= {K.TRANSCRIPT_ORIGINAL}


def test_a_look_ahead_writes_nothing(line, recording, clock):
    on = clock.now().date() + timedelta(days=90)
    before = rows(line, "select count(*) from earmark.audit_events")
    assert foresee(line.context, line.owner.id, on) == {
        "on": on.isoformat(),
        "artifacts": 2,
        "due": 1,
        "held": 0,
        "reviews_due": 0,
    }
    assert rows(line, "select count(*) from earmark.audit_events") == before
