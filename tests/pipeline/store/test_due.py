from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.purge import Subject
from pipeline.store import due
from tests.builders import a_call, a_recording, an_artifact_row

TODAY = date(2026, 11, 21)


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def put(tx, artifact, *, until=None, disposition="retain", review_on=None) -> None:
    tx.connection.execute(
        text(
            "update earmark.artifacts set retain_until = :until, disposition = :d, review_on = :review where id = :id"
        ),
        {"until": until, "d": disposition, "review": review_on, "id": artifact.id},
    )


@pytest.fixture
def recording(tx, keys):
    return a_recording(tx, a_call(tx, keys))


def test_due_is_what_has_reached_its_day_and_is_neither_held_nor_gone(tx, recording):
    for until, disposition in [
        (TODAY, "due"),
        (TODAY + timedelta(days=1), "retain"),
        (TODAY, "held"),
        (None, "retain"),
    ]:
        put(tx, an_artifact_row(tx, recording), until=until, disposition=disposition)
    page = due.read_due(tx, on=TODAY)
    assert (page.subjects, page.artifacts, page.after) == ((Subject(kind="recording", id=recording.id),), 1, None)
    assert len(due.list_due_of(tx, page.subjects[0])) == 1
    assert len(due.list_living_of(tx, page.subjects[0])) == 4


def test_pages_give_everything_once_whatever_their_size(tx, keys):
    made = []
    for number in range(7):
        recording = a_recording(tx, a_call(tx, keys))
        put(tx, an_artifact_row(tx, recording), until=TODAY - timedelta(days=number % 3), disposition="due")
        made.append(recording.id)
    seen, after = [], None
    while True:
        page = due.read_due(tx, on=TODAY, after=after, limit=2)
        seen += [s.id for s in page.subjects]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(made)


def test_a_page_is_read_from_the_index_by_day(tx, recording):
    query = due.due_query(tx, on=TODAY, after=(TODAY, "art_1"), limit=10)
    written = str(query.compile(compile_kwargs={"literal_binds": True}, dialect=tx.connection.dialect))
    for way in ("seqscan", "bitmapscan", "sort"):
        tx.connection.execute(text(f"set local enable_{way} = off"))
    plan = "\n".join(tx.connection.execute(text("explain " + written)).scalars())
    assert "artifacts_due" in plan


def test_content_is_everything_but_proof_of_consent_and_lineage(tx, recording):
    an_artifact_row(tx, recording, K.CONSENT_RECEIPT)
    assert not due.has_content(tx, recording=recording.id)
    an_artifact_row(tx, recording, K.SUMMARY)
    assert due.has_content(tx, recording=recording.id)
    assert due.has_content(tx, call=recording.call)


def test_what_nobody_judged_is_found_when_its_work_must_be_over(tx, recording):
    an_artifact_row(tx, recording)
    assert due.list_undecided(tx, before=tx.now) == ()
    assert due.list_undecided(tx, before=tx.now + timedelta(days=1)) == (Subject(kind="recording", id=recording.id),)


def test_reviews_are_counted_by_kind_and_moved_on(tx, recording):
    for kind, day in [(K.TRANSCRIPT_ORIGINAL, TODAY), (K.TRANSCRIPT_ORIGINAL, TODAY - timedelta(days=40))]:
        put(tx, an_artifact_row(tx, recording, kind), review_on=day)
    put(tx, an_artifact_row(tx, recording, K.CALL_METADATA), review_on=TODAY + timedelta(days=1))
    [found] = due.list_reviews_due(tx, on=TODAY)
    assert (found.kind, found.count, found.since) == ("transcript.original", 2, TODAY - timedelta(days=40))
    assert len(list(due.list_overdue(tx, before=TODAY - timedelta(days=30)))) == 1
    assert due.move_reviews(tx, kind="transcript.original", on=TODAY, to=TODAY + timedelta(days=365)) == 2
    assert due.list_reviews_due(tx, on=TODAY) == ()


def test_everything_a_tenant_has_is_walked_through(tx, recording):
    for _ in range(3):
        an_artifact_row(tx, recording)
    first, after = due.iterate_subjects(tx, limit=2)
    rest, end = due.iterate_subjects(tx, limit=2, after=after)
    assert (first, rest, end) == ((Subject(kind="recording", id=recording.id),),) * 2 + (None,)
