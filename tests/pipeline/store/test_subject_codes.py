from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.store.subject_codes import LIVES, MOST_TRIES, add_code, count_try, use_code

HOUR = timedelta(hours=1)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_proves_its_term_once(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        code = add_code(tx, "dsr_1", "t" * 64, keys=keys)
        assert len(code) == 6
        assert use_code(tx, "dsr_2", code, keys=keys) is None
        assert use_code(tx, "dsr_1", wrong(code), keys=keys) is None
        assert use_code(tx, "dsr_1", code, keys=keys) == "t" * 64
        assert use_code(tx, "dsr_1", code, keys=keys) is None


def test_a_code_ends_after_ten_minutes_and_after_five_tries(database, keys, tenant, clock):
    assert timedelta(minutes=10) == LIVES
    with database.transaction(tenant.id) as tx:
        early, tried = add_code(tx, "dsr_1", "t", keys=keys), add_code(tx, "dsr_2", "t", keys=keys)
        for _ in range(MOST_TRIES):
            assert use_code(tx, "dsr_2", wrong(tried), keys=keys) is None
        assert use_code(tx, "dsr_2", tried, keys=keys) is None
    clock.move(minutes=10, seconds=1)
    with database.transaction(tenant.id) as tx:
        assert use_code(tx, "dsr_1", early, keys=keys) is None


def test_a_new_code_ends_the_one_before_and_none_is_readable(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        old, new = add_code(tx, "dsr_1", "t", keys=keys), add_code(tx, "dsr_1", "t", keys=keys)
        stored = str(tx.connection.execute(text("select to_jsonb(c) from earmark.subject_codes c")).all())
        assert new not in stored
        assert old == new or use_code(tx, "dsr_1", old, keys=keys) is None
        assert use_code(tx, "dsr_1", new, keys=keys) == "t"


@pytest.mark.parametrize("most", [1, 3])
def test_tries_are_counted_for_each_who_tries_until_the_time_is_over(database, keys, tenant, clock, most):
    with database.transaction(tenant.id) as tx:
        assert [count_try(tx, "a", most=most, within=HOUR, keys=keys) for _ in range(most + 2)] == [
            *[True] * most, False, False,
        ]  # fmt: skip
        assert count_try(tx, "b", most=most, within=HOUR, keys=keys)
        stored = str(tx.connection.execute(text("select bucket from earmark.subject_tries")).all())
        assert "'a'" not in stored
    clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert count_try(tx, "a", most=most, within=HOUR, keys=keys)
