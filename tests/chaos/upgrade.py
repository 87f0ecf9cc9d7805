"""A release in the middle of many calls: the old code meets the new schema, the new code takes up the old one's work.

`python -m tests.chaos.upgrade --before COMMIT [--calls 60]`. The old code is that commit, in a worktree of its own, run
with the same installed packages. First all of it is old; then the schema is brought up to date under the old code; then
new processes start and the old ones end, one by one, while calls come in; and then what only the old code needed goes.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from samples.twilio_standin import Standin
from tests.chaos.__main__ import reconcile
from tests.chaos.calls import Telephone, choose
from tests.chaos.house import (
    DATABASE,
    House,
    hearing,
    make_folder,
    opened,
    settings_of,
    start_store,
    take_on,
    wait_until_ready,
)
from tests.chaos.invariants import broken, read_rows, unfinished
from tests.chaos.machines import Machine, Machines
from tests.conftest import APP_ROLE
from tests.house.tree import ROOT
from tests.seaweedfs import free_ports

_ENDS_WITHIN_S = 1800
_MIGRATE = """
import sys
from pipeline.store.migrations import migrate
from pipeline.workflows.engine import migrate_engine
more = {"contract": True} if "contract" in sys.argv else {}
migrate(sys.argv[1], app_role=sys.argv[2], **more)
migrate_engine(sys.argv[1], app_role=sys.argv[2], **more)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The house, its settings, where the old code lies, and the ports of its web processes."""

    house: House
    given: dict[str, str]
    old: Path
    ports: dict[str, int]


def main() -> None:
    """Do it, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", required=True, help="the commit that is running")
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with _running(chosen.before) as release:
        house = release.house
        telephone = Telephone(house.twilio, house.tenants, house.url)
        scenarios = choose(chosen.calls, random.Random(chosen.seed))
        third = len(scenarios) // 3
        _say(release, f"all of it runs {chosen.before}")
        calls = telephone.begin(scenarios[:third], told=lambda _: None)
        _wait(lambda: len(telephone.played) >= third // 2)
        _migrate(ROOT, house)
        _say(release, "the old code runs on the new schema")
        calls += telephone.begin(scenarios[third : 2 * third], told=lambda _: None)
        _wait(lambda: len(telephone.played) >= third + third // 2)
        calls += telephone.begin(scenarios[2 * third :], told=lambda _: None)
        _roll(release)
        _migrate(ROOT, house, "contract")
        _say(release, "what only the old code needed is gone")
        for call in calls:
            call.result()
        telephone.close()
        reconcile(house)
        _wait(lambda: not unfinished(house, telephone.played))
        found = broken(house, telephone.played)
        _report(release, telephone, found)
    sys.exit(1 if found else 0)


@contextmanager
def _running(commit: str) -> Iterator[Release]:
    """Start the old code on its own schema."""
    with ExitStack() as stack:
        folder = make_folder(stack)
        old = folder / "old"
        _git("worktree", "add", "--detach", str(old), commit)
        stack.callback(_git, "worktree", "remove", "--force", str(old))
        server = EmbeddedPostgres(folder / "postgres")
        server.start()
        stack.callback(server.stop)
        server.create_database(DATABASE)
        subprocess.run([sys.executable, "-c", _MIGRATE, server.url(DATABASE), APP_ROLE], cwd=old, check=True)
        machines = Machines()
        stack.enter_context(machines.kept_up())
        s3 = start_store(folder, machines, stack)
        twilio = stack.enter_context(Standin())
        deepgram = stack.enter_context(hearing())
        port, *rest = free_ports(5)
        url = f"http://127.0.0.1:{port}"
        given = settings_of(folder, server, s3, url) | {
            "EARMARK_TWILIO__API_BASE": twilio.url,
            "EARMARK_DEEPGRAM__API_BASE": deepgram.base_url,
        }
        base = stack.enter_context(opened(given))
        house = House(
            folder=folder, base=base, server=server, twilio=twilio, deepgram=deepgram,
            tenants=take_on(base, twilio, url), machines=machines, url=url,
        )  # fmt: skip
        names = ("web-old-1", "web-old-2", "web-new-1", "web-new-2")
        release = Release(house=house, given=given, old=old, ports=dict(zip(names, rest, strict=True)))
        backends = [f"127.0.0.1:{one}" for one in rest]
        command = (sys.executable, "-m", "tests.chaos.forward", f"127.0.0.1:{port}", *backends)
        machines.add(Machine(name="balancer", command=command, given={}, log=folder / "logs" / "balancer.log"))
        for name in ("worker-old-1", "worker-old-2", "web-old-1", "web-old-2"):
            _start(release, name, root=old)
        wait_until_ready(house)
        yield release


def _start(release: Release, name: str, *, root: Path) -> None:
    known = (root / "pipeline/settings.py").read_text(encoding="utf-8")
    own = {name: value for name, value in release.given.items() if _field(name) in known or "EARMARK" not in name}
    if name.startswith("worker"):
        own |= {"EARMARK_WORKER__NAME": name, "EARMARK_WORKER__CONCURRENCY": "1"}
        command = (sys.executable, "-m", "pipeline.cli", "worker")
    else:
        own |= {"EARMARK_WEB__PORT": str(release.ports[name])}
        command = (sys.executable, "-m", "webhooks.main")
    log = release.house.folder / "logs" / f"{name}.log"
    release.house.machines.add(Machine(name=name, command=command, given=own, log=log, root=root))


def _field(variable: str) -> str:
    """Give the field of a setting: one that a release does not know it refuses."""
    return variable.removeprefix("EARMARK_").rpartition("__")[2].lower()


def _roll(release: Release) -> None:
    """Replace each process by a new one, the new one first."""
    for number in (1, 2):
        for kind in ("web", "worker"):
            _start(release, f"{kind}-new-{number}", root=ROOT)
            wait_until_ready(release.house)
            release.house.machines.retire(f"{kind}-old-{number}")
            _say(release, f"{kind} {number} of 2 is new")


def _migrate(root: Path, house: House, *more: str) -> None:
    subprocess.run([sys.executable, "-c", _MIGRATE, house.server.url(DATABASE), APP_ROLE, *more], cwd=root, check=True)


def _say(release: Release, what: str) -> None:
    with psycopg.connect(release.house.server.dsn(DATABASE)) as owner:
        revision = owner.execute("select version_num from earmark.alembic_version").fetchone()
        query = "select count(*) from dbos.workflow_status where status in ('PENDING', 'ENQUEUED')"
        waiting = owner.execute(query).fetchone()
    print(f"{what}; schema {revision and revision[0]}, {waiting and waiting[0]} workflows in flight", flush=True)


def _wait(is_so) -> None:  # type: ignore[no-untyped-def]
    give_up = time.monotonic() + _ENDS_WITHIN_S
    while not is_so() and time.monotonic() < give_up:
        time.sleep(0.5)


def _report(release: Release, telephone: Telephone, found: list[str]) -> None:
    rows = read_rows(release.house)
    with psycopg.connect(release.house.server.dsn(DATABASE)) as owner:
        query = "select executor_id, status, count(*) from dbos.workflow_status where name = 'process_recording' "
        ended = owner.execute(query + "group by 1, 2 order by 1, 2").fetchall()
    print(f"\n{len(telephone.played)} calls, {len(rows)} recordings")
    for executor, status, count in ended:
        print(f"  {count:>4} {status} by {executor}")
    states: dict[str, int] = {}
    for row in rows.values():
        name = f"{row.state}{f' ({row.reason})' if row.reason else ''}"
        states[name] = states.get(name, 0) + 1
    print("; ".join(f"{count} {name}" for name, count in sorted(states.items())))
    print("BROKEN" if found else "every invariant holds")
    for line in found:
        print(f"  {line}")


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    main()
