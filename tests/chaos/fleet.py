"""Three workers, two web processes, the database and the store, each on a host of its own.

Hosts are network namespaces, which can be cut off. The database is Debian's PostgreSQL over TLS; the ways to the store
and to the vendors are forwarded by a process on each host, as a sidecar does. The keys lie in one folder that all hosts
see; where a keeper such as KMS is used, they see nothing but that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.vendors.s3 import S3Settings
from samples.twilio_standin import Standin
from tests.chaos.debian_postgres import DebianPostgres
from tests.chaos.hosts import OUTSIDE, Host, hosts
from tests.chaos.house import (
    House,
    hearing,
    make_bucket,
    make_database,
    make_folder,
    opened,
    settings_of,
    take_on,
    wait_until_ready,
)
from tests.chaos.machines import Machine, Machines
from tests.seaweedfs import prepare_seaweedfs

WORKERS = ("worker-1", "worker-2", "worker-3")
WEBS = ("web-1", "web-2")
_STORE, _TWILIO, _DEEPGRAM, _BALANCER, _WEB = 8333, 8401, 8402, 8500, 8300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The house, and its hosts by name."""

    house: House
    hosts: dict[str, Host]


@contextmanager
def open_fleet() -> Iterator[Fleet]:
    """Start everything on its host, and take all of it away at the end."""
    with ExitStack() as stack:
        made = stack.enter_context(hosts(["database", "store", *WORKERS, *WEBS]))
        folder = make_folder(stack)
        server = DebianPostgres(folder / "postgres", made["database"])
        (folder / "postgres").mkdir()
        make_database(server, stack)
        machines = Machines()
        stack.enter_context(machines.kept_up())
        s3 = _start_store(folder, machines, made["store"])
        twilio = stack.enter_context(Standin(host=OUTSIDE))
        deepgram = stack.enter_context(hearing())
        url = f"http://{OUTSIDE}:{_BALANCER}"
        _forward(machines, folder, "deepgram-door", f"{OUTSIDE}:{_DEEPGRAM}", _place(deepgram.base_url))
        ways = {_STORE: _place(s3.endpoint_url or ""), _TWILIO: _place(twilio.url), _DEEPGRAM: f"{OUTSIDE}:{_DEEPGRAM}"}
        for port, target in ways.items():
            _forward(machines, folder, f"outside-{port}", f"127.0.0.1:{port}", target)
        here = replace(s3, endpoint_url=f"http://127.0.0.1:{_STORE}")
        given = settings_of(folder, server, here, url) | {
            "EARMARK_TWILIO__API_BASE": f"http://127.0.0.1:{_TWILIO}",
            "EARMARK_DEEPGRAM__API_BASE": f"http://127.0.0.1:{_DEEPGRAM}",
        }
        base = stack.enter_context(opened(given))
        house = House(
            folder=folder, base=base, server=server, twilio=twilio, deepgram=deepgram,
            tenants=take_on(base, twilio, url), machines=machines, url=url,
        )  # fmt: skip
        _start(house, given, made, ways)
        wait_until_ready(house)
        yield Fleet(house=house, hosts=made)


def _start_store(folder: Path, machines: Machines, host: Host) -> S3Settings:
    settings, command = prepare_seaweedfs(folder / "s3", address=host.address)
    log = folder / "logs" / "store.log"
    machines.add(Machine(name="store", command=command, given={}, log=log, before=host.before))
    make_bucket(replace(settings, endpoint_url=settings.endpoint_url))
    return settings


def _start(house: House, given: dict[str, str], made: dict[str, Host], ways: dict[int, str]) -> None:
    for name in (*WORKERS, *WEBS):
        for port, target in ways.items():
            _forward(house.machines, house.folder, f"{name}-{port}", f"127.0.0.1:{port}", target, on=made[name])
        log = house.folder / "logs" / f"{name}.log"
        if name in WORKERS:
            own = {**given, "EARMARK_WORKER__NAME": name, "EARMARK_WORKER__CONCURRENCY": "2"}
            command = (sys.executable, "-m", "pipeline.cli", "worker")
        else:
            own = {**given, "EARMARK_WEB__HOST": made[name].address, "EARMARK_WEB__PORT": str(_WEB)}
            command = (sys.executable, "-m", "webhooks.main")
        house.machines.add(Machine(name=name, command=command, given=own, log=log, before=made[name].before))
    backends = [f"{made[name].address}:{_WEB}" for name in WEBS]
    _forward(house.machines, house.folder, "balancer", f"{OUTSIDE}:{_BALANCER}", *backends)


def _forward(machines: Machines, folder: Path, name: str, listen: str, *targets: str, on: Host | None = None) -> None:
    command = (sys.executable, "-m", "tests.chaos.forward", listen, *targets)
    log = folder / "logs" / f"way-{name}.log"
    before = on.before if on else ()
    machines.add(Machine(name=f"way-{name}", command=command, given={}, log=log, before=before))


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"
