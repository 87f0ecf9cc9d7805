from __future__ import annotations

from pipeline.store.sign_in_attempts import count_attempts, forget_attempts, note_attempt


def test_failures_are_counted_for_a_quarter_of_an_hour_under_each_digest(database, tenant, clock):
    for minutes in (0, 10):
        clock.move(minutes=minutes)
        with database.transaction(tenant.id) as tx:
            note_attempt(tx, ["place", "pair"])
    with database.transaction(tenant.id) as tx:
        note_attempt(tx, ["place"])
        assert [count_attempts(tx, ref) for ref in ("place", "pair", "other")] == [3, 2, 0]
        forget_attempts(tx, "pair")
        assert [count_attempts(tx, ref) for ref in ("place", "pair")] == [3, 0]
    clock.move(minutes=6)
    with database.transaction(tenant.id) as tx:
        assert count_attempts(tx, "place") == 2
