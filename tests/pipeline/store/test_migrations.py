from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest

from pipeline.model.errors import StoreUnreachable
from pipeline.store.migrations import one_at_a_time


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
