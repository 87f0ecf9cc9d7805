from __future__ import annotations

import threading
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from pipeline.model.errors import StoreUnreachable
from pipeline.store.inbox import add_messages
from pipeline.store.session import Database
from pipeline.store.shared_commits import SharedCommits, TenantChanged
from pipeline.store.tenants import change_tenant, get_tenant
from tests.conftest import make_tenant


def keep(tx, items):
    """Keep each item as a message; a `bad` one cannot be kept."""
    new = add_messages(tx, provider="twilio", bodies={item: {} for item in items})
    if "bad" in items:
        raise ValueError("bad")
    return [item in new for item in items]


def messages(database, tenant) -> list[str]:
    with database.transaction(tenant.id) as tx:
        return sorted(tx.connection.execute(text("select event_id from earmark.inbox")).scalars())


@pytest.fixture
def held(database):
    """Commits that begin only when they are let go, so that everything submitted before comes together."""
    commits = SharedCommits(database)
    gate = threading.Event()
    commits._together.submit(gate.wait)

    def let_go(*answers):
        gate.set()
        wait(answers, timeout=20)
        return [a.exception() or a.result() for a in answers]

    return commits, let_go


def commits_of(database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(text("select pg_current_xact_id()::text::bigint")).scalar_one()


def test_works_of_several_tenants_that_wait_are_committed_together_and_each_has_its_own_answer(database, keys, held):
    commits, let_go = held
    first, second = make_tenant(database, keys, "first"), make_tenant(database, keys, "second")
    before = commits_of(database)
    answers = [commits.submit(owner, keep, item) for item in ("a", "b", "c") for owner in (first, second)]
    assert let_go(*answers) == [True] * 6
    assert commits_of(database) == before + 2  # the shared transaction, and that of the question
    assert messages(database, first) == messages(database, second) == ["a", "b", "c"]


def test_one_bad_work_hurts_neither_its_own_tenants_others_nor_anybody_elses(database, keys, held):
    commits, let_go = held
    first, second = make_tenant(database, keys, "first"), make_tenant(database, keys, "second")
    items = [(first, "a"), (first, "bad"), (first, "b"), (second, "a")]
    told = let_go(*(commits.submit(owner, keep, item) for owner, item in items))
    assert [type(t) for t in told] == [bool, ValueError, bool, bool]
    assert messages(database, first) == ["a", "b"]
    assert messages(database, second) == ["a"]
    assert commits.submit(first, keep, "later").result(timeout=20)


def test_a_lock_that_is_held_elsewhere_keeps_only_its_own_tenant_waiting(database, keys, held, postgres, database_name):
    commits, let_go = held
    first, second = make_tenant(database, keys, "first"), make_tenant(database, keys, "second")
    with psycopg.connect(postgres.dsn(database_name)) as other:
        other.execute(
            "insert into earmark.inbox (tenant, provider, event_id, body, received_at) "
            "values ('first', 'twilio', 'a', '{}', now())"
        )
        blocked, free = commits.submit(first, keep, "a"), commits.submit(second, keep, "a")
        assert let_go(free) == [True]
        assert not blocked.done()
    assert blocked.result(timeout=20) is False


def test_a_tenant_that_was_changed_after_it_was_read_is_not_acted_for(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        change_tenant(tx, replace(tenant, display_name="Other"), keys=keys, actor="test", changed=[])
    commits = SharedCommits(database)
    with pytest.raises(TenantChanged):
        commits.submit(tenant, keep, "a").result(timeout=20)
    assert messages(database, tenant) == []
    with database.transaction(tenant.id) as tx:
        now = get_tenant(tx, keys=keys)
    assert commits.submit(now, keep, "a").result(timeout=20)


def test_without_the_database_everybody_is_told_so_and_the_next_are_tried_anew(tenant, clock, tmp_path):
    commits = SharedCommits(Database(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}", clock=clock))
    for _ in range(2):
        answers = [commits.submit(tenant, keep, str(n)) for n in range(5)]
        assert {type(a.exception(timeout=20)) for a in answers} == {StoreUnreachable}


def test_a_connection_that_is_lost_answers_nobody_as_if_it_had_been_kept(database, tenant, postgres, database_name):
    def lose(tx, items):
        keep(tx, items)
        own = tx.connection.execute(text("select pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres.dsn(database_name)) as owner:
            owner.execute("select pg_terminate_backend(%s)", (own,))
        tx.connection.execute(text("select 1"))

    commits = SharedCommits(database)
    assert isinstance(commits.submit(tenant, lose, "a").exception(timeout=20), StoreUnreachable)
    assert messages(database, tenant) == []
    assert commits.submit(tenant, keep, "a").result(timeout=20)


def test_a_commit_that_fails_answers_nobody(database, tenant):
    class Failing(Database):
        @contextmanager
        def shared_transaction(self, **more):
            with database.shared_transaction(**more) as enter:
                yield enter
                raise StoreUnreachable("database")

    commits = SharedCommits(Failing("postgresql+psycopg://x@/x", clock=None))
    assert isinstance(commits.submit(tenant, keep, "a").exception(timeout=20), StoreUnreachable)
    assert messages(database, tenant) == []


def test_many_at_once_from_many_threads_are_all_kept_once(database, keys):
    owners = [make_tenant(database, keys, name) for name in ("first", "second", "third")]
    commits = SharedCommits(database, most=7)
    answers = []

    def submit(start: int) -> None:
        answers.extend(commits.submit(owners[n % 3], keep, f"{n:03}") for n in range(start, 120, 4))

    threads = [threading.Thread(target=submit, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.result(timeout=20) for a in answers] == [True] * 120
    kept = sorted(name for owner in owners for name in messages(database, owner))
    assert kept == [f"{n:03}" for n in range(120)]
