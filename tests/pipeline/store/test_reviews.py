from __future__ import annotations

from pipeline.model.ids import RecordingId
from pipeline.store.audit import list_events
from pipeline.store.reviews import list_reviews, open_review, set_aside


def open_one(tx, recording: str, risk: int = 10, reasons: tuple[str, ...] = ("type:US_SSN",)) -> None:
    open_review(tx, RecordingId(recording), risk=risk, reasons=reasons)


def test_a_recording_waits_once_for_review_as_it_was_first_put_there(database, tenant):
    with database.transaction(tenant.id) as tx:
        open_one(tx, "rec_1", 40)
        open_one(tx, "rec_1", 99, ("failed",))
        (item,) = list_reviews(tx)
        assert (item.recording, item.state, item.risk, item.reasons) == ("rec_1", "open", 40, ("type:US_SSN",))
        opened = [e for e in list_events(tx) if e.entry.tag == "review:item:opened"]
        assert [(e.entry.target, e.entry.facts["recording"]) for e in opened] == [(item.id, "rec_1")]


def test_the_riskiest_comes_first_and_of_equals_the_oldest(database, tenant, clock):
    for recording, risk in (("rec_a", 10), ("rec_b", 95), ("rec_c", 10)):
        with database.transaction(tenant.id) as tx:
            open_one(tx, recording, risk)
        clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        assert [i.recording for i in list_reviews(tx)] == ["rec_b", "rec_a", "rec_c"]
        assert [i.recording for i in list_reviews(tx, limit=1)] == ["rec_b"]
        assert list_reviews(tx, state="approved") == ()


def test_what_was_set_aside_waits_for_nobody_and_comes_back_as_it_is_then(database, tenant):
    with database.transaction(tenant.id) as tx:
        open_one(tx, "rec_1", 100, ("failed", "VendorUnavailable"))
        assert set_aside(tx, RecordingId("rec_1"))
        assert not set_aside(tx, RecordingId("rec_1"))
        assert list_reviews(tx) == ()
        open_one(tx, "rec_1", 25)
        (item,) = list_reviews(tx)
        assert (item.risk, item.reasons) == (25, ("type:US_SSN",))
