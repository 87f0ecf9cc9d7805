from __future__ import annotations

import threading

from pipeline.model.errors import StoreUnreachable
from pipeline.workflows.upkeep import Upkeep


def unreachable() -> int:
    raise StoreUnreachable("database")


def broken() -> int:
    raise KeyError("jane")


def test_what_fails_keeps_nothing_else_from_being_found(capfd):
    assert Upkeep([lambda: 1, unreachable, broken, lambda: 2]).look() == 3
    shown = "".join(capfd.readouterr())
    told = ("upkeep.not_enqueued", "upkeep.broken", "KeyError", "test_upkeep.py:", "jane")
    assert [word in shown for word in told] == [True, True, True, True, False]


def test_it_looks_at_once_and_again_until_it_is_stopped():
    looked, seen = threading.Semaphore(0), []

    def look() -> int:
        seen.append(1)
        looked.release()
        return 0

    upkeep = Upkeep([look], every_s=0.001)
    upkeep.start()
    for _ in range(3):
        assert looked.acquire(timeout=60)
    upkeep.stop()
    assert not upkeep._thread.is_alive()
    assert len(seen) >= 3


def test_stopping_what_never_began_is_nothing():
    Upkeep([]).stop()
