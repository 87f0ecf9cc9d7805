from __future__ import annotations

from sqlalchemy import text

from pipeline.model.ids import RecordingId
from pipeline.model.review import Rejection, ReviewState
from pipeline.store.review_outcomes import add_outcome, an_outcome, list_outcomes

REC = RecordingId("rec_1")


def test_how_a_review_ended_is_kept_and_what_was_written_about_it_is_sealed(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        approved = an_outcome(tx, ReviewState.APPROVED, version=1, actor="user:ada")
        rejected = an_outcome(tx, ReviewState.REJECTED, version=2, actor="user:bob", code=Rejection.LEAKS)
        add_outcome(tx, REC, approved, reason="", keys=keys)
        add_outcome(tx, REC, rejected, reason="canary is said", keys=keys)
        assert set(list_outcomes(tx, REC)) == {approved, rejected}
        assert list_outcomes(tx, RecordingId("rec_2")) == ()
        rows = tx.connection.execute(text("select sealed from earmark.review_outcomes")).scalars().all()
    assert rows.count(None) == 1
    assert all(b"canary" not in bytes(row) for row in rows if row is not None)
