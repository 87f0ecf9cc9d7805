from __future__ import annotations

from pipeline.model.recording import RecordingState as S
from pipeline.store.recordings import mark_state
from pipeline.store.unfinished import list_failed_because_of
from tests.builders import a_call, a_recording


def test_those_that_failed_for_one_of_the_reasons_are_listed_and_no_others(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        away, broken, _working = (a_recording(tx, a_call(tx, keys)) for _ in range(3))
        mark_state(tx, away.id, S.FAILED, reason="StoreUnreachable")
        mark_state(tx, broken.id, S.FAILED, reason="VendorBrokeContract")
        found = list_failed_because_of(tx, ("StoreUnreachable", "VendorUnavailable"), limit=10)
        assert [one.id for one in found] == [away.id]
        assert list_failed_because_of(tx, ("StoreUnreachable",), limit=0) == ()
