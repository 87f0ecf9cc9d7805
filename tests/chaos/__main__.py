"""Hundreds of calls while everything goes wrong, and what holds afterwards.

`python -m tests.chaos [--calls 200] [--seed 1] [--only TROUBLE]`. Web processes, workers, database, S3 server and
models are real; Twilio and Deepgram are the stand-ins, which speak their protocols. Ends with 1 if anything is broken.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter

import psycopg

from tests.chaos.calls import Played, Telephone, choose
from tests.chaos.house import House, open_house
from tests.chaos.invariants import broken, read_rows, temporary_files, unfinished
from tests.chaos.troubles import TROUBLES, Trouble

_ENDS_WITHIN_S = 1800
_NOTHING_ENDS_FOR_S = 150
_QUIET_S = (8.0, 25.0)
"""Between two troubles: a worker needs some of it to start."""


def main() -> None:
    """Do it, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], help="a trouble's name; may be repeated")
    chosen = parser.parse_args()
    troubles = [t for t in TROUBLES if not chosen.only or t.__name__ in chosen.only]
    rng = random.Random(chosen.seed)
    began = time.monotonic()
    with open_house() as house:
        print(f"ready after {time.monotonic() - began:.0f} s", flush=True)
        played, done = _play(house, chosen.calls, troubles, rng)
        _settle(house, played)
        found = broken(house, played)
        _report(house, played, done, found, time.monotonic() - began)
    sys.exit(1 if found else 0)


def _play(house: House, count: int, troubles: list[Trouble], rng: random.Random) -> tuple[list[Played], Counter[str]]:
    """Play the calls and make trouble until all were played."""
    over, done = threading.Event(), Counter[str]()

    def harm() -> None:
        while not over.wait(rng.uniform(*_QUIET_S)):
            trouble = rng.choice(troubles)
            print(f"  {trouble(house, rng)}", flush=True)
            done[trouble.__name__] += 1

    def told(number: int) -> None:
        if number % 20 == 0:
            print(f"{number} calls played", flush=True)

    telephone = Telephone(house.twilio, house.tenants, house.url)
    calls = telephone.begin(choose(count, rng), told=told)
    harming = threading.Thread(target=harm)
    harming.start()
    try:
        for call in calls:
            call.result()
        _wait(house, telephone.played, most=count // 10)
    finally:
        over.set()
        harming.join()
        telephone.close()
    return telephone.played, done


def _wait(house: House, played: list[Played], *, most: int) -> None:
    """Wait until few are left, or nothing ends for a while: what a lost callback hides, reconciling alone finds."""
    left, since = _left(house, played), time.monotonic()
    while len(left) > most and time.monotonic() - since < _NOTHING_ENDS_FOR_S:
        print(f"{len(left)} still worked on", flush=True)
        time.sleep(10)
        if len(now := _left(house, played)) != len(left):
            left, since = now, time.monotonic()


def _left(house: House, played: list[Played]) -> list[str]:
    """List what has not ended; all of it, while the database is away."""
    try:
        return unfinished(house, played)
    except psycopg.OperationalError:
        return [call.call.call_sid for call in played]


def _settle(house: House, played: list[Played]) -> None:
    """With all trouble over: compare with the vendor's list, and wait until everything has ended."""
    house.twilio.ledger.faults.clear()
    with house.deepgram.lock:
        house.deepgram.spoiled.clear()
    reconcile(house)
    give_up = time.monotonic() + _ENDS_WITHIN_S
    while left := unfinished(house, played):
        if time.monotonic() > give_up:
            print(f"NOT ENDED: {left[:10]}")
            return
        time.sleep(2)
    reconcile(house)
    while unfinished(house, played) and time.monotonic() < give_up:
        time.sleep(2)


def reconcile(house: House) -> None:
    """Do what the standing work does every hour."""
    from pipeline.bootstrap import recordings_of
    from pipeline.workflows.queue import DurableQueue
    from pipeline.workflows.reconcile import reconcile_tenant

    queue = DurableQueue(house.base.database, version=house.base.settings.worker.version)
    for owner in house.tenants.values():
        reconcile_tenant(house.base.vault, recordings_of(house.base.settings), queue, owner.tenant.id)
    queue.close()


def _report(house: House, played: list[Played], done: Counter[str], found: list[str], seconds: float) -> None:
    rows = read_rows(house)
    states = Counter(f"{row.state}{f' ({row.reason})' if row.reason else ''}" for row in rows.values())
    print(f"\n{len(played)} calls, {len(rows)} recordings, {sum(done.values())} troubles, {seconds:.0f} s")
    for name, count in sorted(done.items()):
        print(f"  {count:>4} {name}")
    for name, count in sorted(states.items()):
        print(f"  {count:>4} recordings {name}")
    asked = Counter(entry["sha256"] for entry in house.deepgram.log if entry["status"] == 200)
    print(f"  {sum(asked.values())} answers of Deepgram for {len(asked)} different sounds")
    print(f"  {sum(m.starts - 1 for m in house.machines.all.values())} restarts of processes")
    print(f"  {len(temporary_files(house))} temporary files left by killed processes")
    print("BROKEN" if found else "every invariant holds")
    for line in found:
        print(f"  {line}")


if __name__ == "__main__":
    main()
