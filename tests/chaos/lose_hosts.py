"""Hosts are lost one at a time while calls come in: what was lost, what was done twice, and how long until it went on.

`python -m tests.chaos.lose_hosts [--calls 60]`, as root on Debian with `postgresql` and `iproute2`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.chaos.__main__ import reconcile
from tests.chaos.calls import Telephone, choose
from tests.chaos.debian_postgres import DebianPostgres
from tests.chaos.fleet import Fleet, open_fleet
from tests.chaos.house import DATABASE
from tests.chaos.invariants import broken, read_rows, unfinished

_AWAY_S = 45
_ENDS_WITHIN_S = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A host that is lost, and how it comes back."""

    name: str
    host: str
    lose: Callable[[Fleet], None]
    regain: Callable[[Fleet], None]


LOSSES = (
    Loss(
        name="kill -9 of a worker, its host stays down",
        host="worker-1",
        lose=lambda fleet: _keep_down(fleet, "worker-1"),
        regain=lambda fleet: fleet.house.machines.held_down.discard("worker-1"),
    ),
    Loss(
        name="network of a worker cut, and mended",
        host="worker-2",
        lose=lambda fleet: fleet.hosts["worker-2"].cut(),
        regain=lambda fleet: fleet.hosts["worker-2"].mend(),
    ),
    Loss(
        name="SIGSTOP of a worker, and return",
        host="worker-3",
        lose=lambda fleet: fleet.house.machines["worker-3"].signal(19),
        regain=lambda fleet: fleet.house.machines["worker-3"].signal(18),
    ),
    Loss(
        name="network of a web process cut, and mended",
        host="web-1",
        lose=lambda fleet: fleet.hosts["web-1"].cut(),
        regain=lambda fleet: fleet.hosts["web-1"].mend(),
    ),
    Loss(
        name="network of the store cut, and mended",
        host="store",
        lose=lambda fleet: fleet.hosts["store"].cut(),
        regain=lambda fleet: fleet.hosts["store"].mend(),
    ),
    Loss(
        name="network of the database cut, and mended",
        host="database",
        lose=lambda fleet: fleet.hosts["database"].cut(),
        regain=lambda fleet: fleet.hosts["database"].mend(),
    ),
)


def main() -> None:
    """Do it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if not DebianPostgres.is_installed():
        sys.exit("Debian's package postgresql is not installed")
    with open_fleet() as fleet:
        print("all hosts are ready", flush=True)
        rng = random.Random(chosen.seed)
        lines, played = _play(fleet, choose(chosen.calls, rng))
        found = _settle(fleet, played)
        _report(fleet, lines, played, found)
    sys.exit(1 if found else 0)


def _play(fleet: Fleet, scenarios: list) -> tuple[list[str], Telephone]:
    """Play a share of the calls for each loss, so that each host is lost under load."""
    telephone = Telephone(fleet.house.twilio, fleet.house.tenants, fleet.house.url)
    share, lines = max(1, len(scenarios) // len(LOSSES)), []
    for number, loss in enumerate(LOSSES):
        calls = telephone.begin(scenarios[number * share : (number + 1) * share], told=lambda _: None)
        _wait_for_load(fleet, loss)
        lines.append(_lose(fleet, loss))
        print(lines[-1], flush=True)
        for call in calls:
            call.result()
    telephone.close()
    return lines, telephone


def _wait_for_load(fleet: Fleet, loss: Loss) -> None:
    """Wait until the host has work at hand, or anybody has, where the host is no worker's."""
    _wait(lambda: _in_flight(fleet, loss.host) if loss.host.startswith("worker") else _at_work(fleet), 60)


def _lose(fleet: Fleet, loss: Loss) -> str:
    held = _in_flight(fleet, loss.host)
    began = time.monotonic()
    loss.lose(fleet)
    taken = None
    if loss.host.startswith("worker") and held:
        taken = _wait(lambda: not _in_flight(fleet, loss.host), _AWAY_S)
    while time.monotonic() - began < _AWAY_S:
        time.sleep(0.5)
    loss.regain(fleet)
    after = "-" if taken is None else f"{taken:.0f} s"
    ended = time.monotonic()
    _wait(lambda: not _at_work(fleet), _ENDS_WITHIN_S)
    return f"| {loss.name} | {len(held)} | {after} | {time.monotonic() - ended:.0f} s |"


def _in_flight(fleet: Fleet, worker: str) -> set[str]:
    """Name the recordings that a worker has at hand."""
    return _workflows(fleet, "status = 'PENDING' and executor_id = %s", worker)


def _at_work(fleet: Fleet) -> set[str]:
    return _workflows(fleet, "status in ('PENDING', 'ENQUEUED')")


def _workflows(fleet: Fleet, where: str, *given: str) -> set[str]:
    query = f"select workflow_uuid from dbos.workflow_status where name = 'process_recording' and {where}"
    try:
        with psycopg.connect(fleet.house.server.dsn(DATABASE), connect_timeout=3) as owner:
            return {name for (name,) in owner.execute(query, given)}
    except psycopg.OperationalError:
        return {"the database is away"}


def _wait(is_so: Callable[[], object], seconds: float) -> float | None:
    """Wait until something is so; say how long it took, None where it never was."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if is_so():
            return time.monotonic() - began
        time.sleep(0.3)
    return None


def _settle(fleet: Fleet, telephone: Telephone) -> list[str]:
    reconcile(fleet.house)
    _wait(lambda: not unfinished(fleet.house, telephone.played), _ENDS_WITHIN_S)
    reconcile(fleet.house)
    _wait(lambda: not unfinished(fleet.house, telephone.played), _ENDS_WITHIN_S)
    return broken(fleet.house, telephone.played)


def _report(fleet: Fleet, lines: list[str], telephone: Telephone, found: list[str]) -> None:
    house = fleet.house
    rows, fetched = read_rows(house), house.twilio.ledger.fetched
    with psycopg.connect(house.server.dsn(DATABASE)) as owner:
        query = "select count(*), coalesce(sum(greatest(recovery_attempts - 1, 0)), 0) from dbos.workflow_status "
        works, again = owner.execute(query + "where name = 'process_recording'").fetchone() or (0, 0)
    print("\n| lost | recordings it had at hand | taken up by others after | all done after its return |")
    print("|---|---|---|---|")
    print("\n".join(lines))
    print(f"\n{len(telephone.played)} calls, {len(rows)} recordings, {works} workflows, {again} of them begun again")
    print(f"fetched from the vendor more than once: {sum(1 for n in fetched.values() if n > 1)} of {len(fetched)}")
    states: dict[str, int] = {}
    for row in rows.values():
        name = f"{row.state}{f' ({row.reason})' if row.reason else ''}"
        states[name] = states.get(name, 0) + 1
    print("; ".join(f"{count} {name}" for name, count in sorted(states.items())))
    print("BROKEN" if found else "nothing lost, every effect once: every invariant holds")
    for line in found:
        print(f"  {line}")


def _keep_down(fleet: Fleet, name: str) -> None:
    fleet.house.machines.held_down.add(name)
    fleet.house.machines[name].kill()


if __name__ == "__main__":
    main()
