"""What goes wrong in production, done on purpose: to the processes, the database, the store, the vendors, the clock."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from typing import Final

from samples.scenario import Fault
from tests.chaos.house import House

type Trouble = Callable[[House, random.Random], str]
"""Does its harm, undoes what does not undo itself, and says what it did."""


def kill_a_worker(house: House, rng: random.Random) -> str:
    """Kill it as a power cut does; it is started again some seconds later."""
    victim = rng.choice(house.workers)
    victim.kill()
    return f"{victim.name} killed"


def stop_a_worker(house: House, rng: random.Random) -> str:
    """Stop it and let it go on: for a moment, or until others have taken over."""
    victim, seconds = rng.choice(house.workers), rng.choice((3, 10, 30))
    victim.stop_for(seconds)
    return f"{victim.name} stopped for {seconds} s"


def kill_a_web(house: House, rng: random.Random) -> str:
    """Kill a web process while calls come in."""
    victim = rng.choice(house.webs)
    victim.kill()
    return f"{victim.name} killed"


def restart_the_database(house: House, rng: random.Random) -> str:
    """Kill the database server, and start it again."""
    pid = int((house.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    seconds = rng.choice((1, 4))
    time.sleep(seconds)
    house.server.start()
    return f"database killed, back after {seconds} s"


def restart_the_store(house: House, rng: random.Random) -> str:
    """Kill the S3 server; it is started again some seconds later."""
    house.machines["store"].kill()
    return "store killed"


def stop_the_store(house: House, rng: random.Random) -> str:
    """Let the store hang."""
    seconds = rng.choice((4, 12, 25))
    house.machines["store"].stop_for(seconds)
    return f"store hangs for {seconds} s"


def slow_the_store(house: House, rng: random.Random) -> str:
    """Let the store's disk be twenty times slower for a while."""
    store, until = house.machines["store"], time.monotonic() + 10
    while time.monotonic() < until:
        store.stop_for(0.19)
        time.sleep(0.01)
    return "store slow for 10 s"


def fill_the_disk(house: House, rng: random.Random) -> str:
    """Leave no byte on the store's disk for some seconds."""
    if not os.path.ismount(house.folder / "s3"):
        return "disk not filled: it is not the store's own"
    ballast = house.folder / "s3" / "ballast"
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
    time.sleep(8)
    ballast.unlink()
    return "disk full for 8 s"


def spoil_twilio(house: House, rng: random.Random) -> str:
    """Let Twilio refuse, fail, answer garbage, or not answer in time."""
    how: Mapping[str, Fault] = {
        "busy": Fault(path="*/Recordings*", status=429, times=8),
        "failing": Fault(path="*/Recordings*", status=503, times=8),
        "garbage": Fault(path="*/Recordings*", status=200, body="xml", times=4),
        "silent": Fault(path="*/Recordings*", status=503, times=3, delay_s=12),
        "refusing deletion": Fault(path="*/Recordings*", method="DELETE", status=500, times=5),
    }
    name = rng.choice(sorted(how))
    house.twilio.ledger.add_fault(how[name])
    return f"Twilio {name}"


def spoil_deepgram(house: House, rng: random.Random) -> str:
    """Let Deepgram refuse, fail or answer garbage."""
    status = rng.choice((429, 500, 503, None))
    with house.deepgram.lock:
        house.deepgram.spoiled += [status] * 4
    return f"Deepgram answers {status or 'garbage'}"


def shift_the_clock(house: House, rng: random.Random) -> str:
    """Let one worker's clock jump, and jump back."""
    if not house.clock_file.exists():
        return "no clock to shift: there is no compiler"
    shift = rng.choice(("+600", "-600", "+3600", "-3600"))
    house.clock_file.write_text(shift)
    time.sleep(10)
    house.clock_file.write_text("+0")
    return f"worker-1's clock off by {shift} s"


TROUBLES: Final[tuple[Trouble, ...]] = (
    kill_a_worker,
    stop_a_worker,
    kill_a_web,
    restart_the_database,
    restart_the_store,
    stop_the_store,
    slow_the_store,
    fill_the_disk,
    spoil_twilio,
    spoil_deepgram,
    shift_the_clock,
)
