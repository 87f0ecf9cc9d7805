from __future__ import annotations

import time

import psycopg
import pytest

from pipeline.model.errors import Conflict
from pipeline.workflows.supervisor import Supervisor


@pytest.fixture
def dsn(postgres, database_name) -> str:
    return postgres.dsn(database_name)


def cut_connections(dsn: str) -> None:
    """What a restart of the database does to whoever held a lock."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_a_name_is_held_by_one_living_worker(dsn):
    first = Supervisor(dsn, worker="w1")
    with pytest.raises(Conflict, match="w1"):
        Supervisor(dsn, worker="w1")
    other = Supervisor(dsn, worker="w2")
    first.stop()
    Supervisor(dsn, worker="w1").stop()
    other.stop()


def test_a_worker_is_alive_exactly_as_long_as_it_holds_its_name(dsn):
    first, watcher = Supervisor(dsn, worker="w1"), Supervisor(dsn, worker="w2")
    assert watcher._is_alive("w1")
    assert not watcher._is_alive("w3")
    first.stop()
    assert not watcher._is_alive("w1")
    assert watcher._is_alive("w2")
    watcher.stop()


def test_looking_who_is_alive_takes_no_name(dsn):
    watcher = Supervisor(dsn, worker="w2")
    assert not watcher._is_alive("w1")
    Supervisor(dsn, worker="w1").stop()
    watcher.stop()


def test_a_name_lost_with_its_connection_is_taken_again(dsn):
    first, watcher = Supervisor(dsn, worker="w1"), Supervisor(dsn, worker="w2")
    cut_connections(dsn)
    assert not watcher._is_alive("w1")
    first.keep_name()
    first.keep_name()
    assert watcher._is_alive("w1")
    first.stop()
    watcher.stop()


def test_a_name_that_another_took_meanwhile_is_not_taken_back(dsn):
    first = Supervisor(dsn, worker="w1")
    cut_connections(dsn)
    second = Supervisor(dsn, worker="w1")
    with pytest.raises(Conflict):
        first.keep_name()
    second.stop()
    first.stop()


def test_one_that_is_stopped_or_cut_off_but_still_connected_is_taken_for_dead(dsn):
    stopped, watcher = Supervisor(dsn, worker="w1"), Supervisor(dsn, worker="w2", silent_after_s=0.5)
    time.sleep(0.3)
    stopped.keep_name()
    time.sleep(0.3)
    assert watcher._is_alive("w1")
    time.sleep(0.3)
    assert not watcher._is_alive("w1")
    assert not watcher._is_alive("w1")
    stopped.keep_name()
    assert watcher._is_alive("w1")
    stopped.stop()
    watcher.stop()


def test_a_silent_namesake_makes_room(dsn):
    stopped = Supervisor(dsn, worker="w1")
    time.sleep(0.4)
    second = Supervisor(dsn, worker="w1", silent_after_s=0.3)
    with pytest.raises(Conflict):
        stopped.keep_name()
    second.stop()
    stopped.stop()


def test_one_that_was_never_started_stops_and_gives_its_name_back(dsn):
    Supervisor(dsn, worker="w1").stop()
    Supervisor(dsn, worker="w1").stop()
