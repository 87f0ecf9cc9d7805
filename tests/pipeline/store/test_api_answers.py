from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from pipeline.model.idempotency import asked
from pipeline.store.api_answers import begin_answer, forget_answer, keep_answer
from tests.conftest import make_tenant

ASKED = asked("key_1", "canary-name", method="POST", target="/x", body=b"canary")


def test_the_first_of_a_name_is_begun_and_what_is_kept_is_sealed_and_given_again(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        assert begin_answer(tx, ASKED, keys=keys) is None
        assert begin_answer(tx, ASKED, keys=keys).status is None
        keep_answer(tx, ASKED, status=201, body=b"canary", keys=keys)
        kept = begin_answer(tx, ASKED, keys=keys)
        assert (kept.status, kept.body, kept.request_sha256) == (201, b"canary", ASKED.request_sha256)
        assert begin_answer(tx, replace(ASKED, key="key_2"), keys=keys) is None
        rows = tx.connection.execute(text("select * from earmark.api_answers")).all()
        assert b"canary" not in b"".join(bytes(row.sealed or b"") for row in rows)
        assert "canary" not in str([(row.key_id, row.name_sha256, row.request_sha256) for row in rows])


def test_another_tenant_has_its_own_and_what_was_refused_is_forgotten_and_what_is_done_is_not(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        begin_answer(tx, ASKED, keys=keys)
        forget_answer(tx, ASKED)
        assert begin_answer(tx, ASKED, keys=keys) is None
        keep_answer(tx, ASKED, status=200, body=b"", keys=keys)
        forget_answer(tx, ASKED)
        assert begin_answer(tx, ASKED, keys=keys).status == 200
    with database.transaction(other.id) as tx:
        assert begin_answer(tx, ASKED, keys=keys) is None


def test_after_a_day_it_is_gone(database, keys, tenant, clock):
    with database.transaction(tenant.id) as tx:
        begin_answer(tx, ASKED, keys=keys)
    clock.move(seconds=timedelta(hours=24).total_seconds())
    with database.transaction(tenant.id) as tx:
        assert begin_answer(tx, ASKED, keys=keys) is None
