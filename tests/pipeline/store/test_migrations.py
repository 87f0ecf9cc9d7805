from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import psycopg
import pytest
from psycopg import sql

from pipeline.model.errors import StoreUnreachable
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.condition import read_condition
from pipeline.store.migrations import migrate, one_at_a_time
from pipeline.store.session import Database
from pipeline.store.system_session import list_tenants
from tests.conftest import APP_ROLE
from tests.roles import beside


def test_processes_that_bring_one_database_up_to_date_wait_for_each_other(postgres, database_name):
    spans: list[tuple[float, float]] = []

    def work(_: int) -> None:
        with one_at_a_time(postgres.url(database_name)):
            began = monotonic()
            sleep(0.1)
            spans.append((began, monotonic()))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    ordered = sorted(spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ordered))


def test_a_database_that_cannot_be_reached_is_unreachable(tmp_path):
    with pytest.raises(StoreUnreachable), one_at_a_time(f"postgresql+psycopg://x@/x?host={tmp_path}"):
        pass


@pytest.fixture
def in_use(postgres) -> Iterator[str]:
    """A database as the release before 0019 left it, with a tenant; gives its name."""
    name = f"before_{uuid.uuid4().hex}"
    postgres.create_database(name)
    migrate(postgres.url(name), app_role=APP_ROLE, revision="0018")
    with psycopg.connect(postgres.dsn(name)) as owner:
        owner.execute(
            "insert into earmark.tenants (tenant, display_name, policy_id, settings, sealed, status, created_at)"
            " values ('acme', 'Acme', 'nejix', '{}', 'x', 'active', now())"
        )
    yield name
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_what_the_release_before_needs_goes_only_when_none_of_it_runs(postgres, in_use, clock):
    def seen_as_before() -> int:
        with psycopg.connect(postgres.dsn(in_use, user=APP_ROLE)) as old:
            old.execute("select set_config('app.scope', 'system', true)")
            return old.execute("select count(*) from earmark.tenants").fetchone()[0]

    database = Database(beside(postgres.url(in_use, user=APP_ROLE)), clock=clock)
    for _ in range(2):
        migrate(postgres.url(in_use), app_role=APP_ROLE)
        assert (seen_as_before(), list_tenants(database)) == (1, ("acme",))
    assert len(read_condition(database).uncontracted) == len(ALL_TABLES)
    migrate(postgres.url(in_use), app_role=APP_ROLE, contract=True)
    for _ in range(2):
        assert (seen_as_before(), list_tenants(database)) == (0, ("acme",))
        migrate(postgres.url(in_use), app_role=APP_ROLE)
    assert read_condition(database).uncontracted == ()
    database.close()
