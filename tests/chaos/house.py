"""The whole product on this machine as several processes, with a real database and S3 server and stand-in vendors."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from pipeline.bootstrap import Base, open_base, telephony_of
from pipeline.model.errors import StoreError
from pipeline.model.transcript import Transcript
from pipeline.ports.transcriber import Transcriber
from pipeline.settings import read_settings
from pipeline.store.migrations import migrate
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.local_asr import load_whisper_tiny_en
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from pipeline.workflows.engine import migrate_engine
from samples.deepgram_standin import DeepgramStandin
from samples.demo_numbers import arm_numbers
from samples.demo_tenants import DemoTenant, take_on_all, tenant_of
from samples.scenario import list_scenarios
from samples.twilio_standin import Standin
from tests.chaos.machines import Machine, Machines
from tests.conftest import APP_ROLE
from tests.roles import variables
from tests.seaweedfs import UP_WITHIN_S, free_ports, prepare_seaweedfs

DATABASE = "earmark"
WORKERS, WEBS = 2, 2
DISK_MB = 600
_CLOCK = Path(__file__).with_name("clock.c")


class Remembering:
    """A recogniser that hears the same sound once: calls are played again and again."""

    def __init__(self, inner: Transcriber) -> None:
        self._inner, self._heard = inner, dict[str, Transcript]()
        self.name, self.audit, self.capabilities = inner.name, inner.audit, inner.capabilities

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Hear, or remember."""
        digest = hashlib.sha256(audio).hexdigest()
        if digest not in self._heard:
            self._heard[digest] = self._inner.transcribe(audio, language=language)
        return self._heard[digest]


class Server(Protocol):
    """A database server, as its owner reaches it."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def create_database(self, name: str) -> None: ...
    def url(self, database: str, *, user: str = "postgres") -> str: ...
    def dsn(self, database: str, *, user: str = "postgres") -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs, and where everything lies."""

    folder: Path
    base: Base
    server: Server
    twilio: Standin
    deepgram: DeepgramStandin
    tenants: dict[str, DemoTenant]
    machines: Machines
    url: str

    @property
    def clock_file(self) -> Path:
        """Hold how far off the first worker's clock is, such as `+600`."""
        return self.folder / "clock"

    @property
    def workers(self) -> list[Machine]:
        """Every worker."""
        return [m for name, m in self.machines.all.items() if name.startswith("worker")]

    @property
    def webs(self) -> list[Machine]:
        """Every web process."""
        return [m for name, m in self.machines.all.items() if name.startswith("web")]


@contextmanager
def open_house() -> Iterator[House]:
    """Start everything, and stop all of it at the end; nothing stays."""
    with ExitStack() as stack:
        folder = make_folder(stack)
        server = EmbeddedPostgres(folder / "postgres")
        make_database(server, stack)
        machines = Machines()
        stack.enter_context(machines.kept_up())
        s3 = start_store(folder, machines, stack)
        twilio = stack.enter_context(Standin())
        deepgram = stack.enter_context(hearing())
        port, *web_ports = free_ports(1 + WEBS)
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
        _start(house, given, port, web_ports)
        wait_until_ready(house)
        yield house


def make_folder(stack: ExitStack) -> Path:
    """Make the folder of everything, which goes away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="earmark-chaos-"))
    folder.chmod(0o755)  # the database runs as another user, for root
    for name in ("s3", "logs", "tmp", "data"):
        (folder / name).mkdir()
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_database(server: Server, stack: ExitStack) -> None:
    """Start a server and make the product's database in it."""
    server.start()
    stack.callback(server.stop)
    server.create_database(DATABASE)
    migrate(server.url(DATABASE), app_role=APP_ROLE)
    migrate_engine(server.url(DATABASE), app_role=APP_ROLE)


def hearing() -> DeepgramStandin:
    """Give the stand-in for Deepgram, which hears each sound once."""
    return DeepgramStandin(Remembering(load_whisper_tiny_en(digits_as_words=True)), key="chaos")


def settings_of(folder: Path, server: Server, s3: S3Settings, url: str) -> dict[str, str]:
    """Give the settings that every process has; where the vendors are is still to be said."""
    return {
        "EARMARK_DATA_DIR": str(folder / "data"),
        **variables(server.url(DATABASE, user=APP_ROLE)),
        "EARMARK_ARTIFACTS__STORE": "s3",
        "EARMARK_ARTIFACTS__BUCKET": s3.bucket,
        "EARMARK_ARTIFACTS__REGION": s3.region,
        "EARMARK_ARTIFACTS__ENDPOINT": s3.endpoint_url or "",
        "EARMARK_ARTIFACTS__ACCESS_KEY": s3.access_key or "",
        "EARMARK_ARTIFACTS__SECRET_KEY": s3.secret_key or "",
        "EARMARK_TWILIO__TIMEOUT_S": "10",
        "EARMARK_DEEPGRAM__API_KEY": "chaos",
        "EARMARK_WEB__PUBLIC_BASE": url,
        "TMPDIR": str(folder / "tmp"),
    }


def start_store(folder: Path, machines: Machines, stack: ExitStack) -> S3Settings:
    """Start the S3 server on a disk of its own, which can be filled."""
    disk = folder / "s3"
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        stack.callback(subprocess.run, ["umount", "--lazy", str(disk)], check=False)
    settings, command = prepare_seaweedfs(disk)
    machines.add(Machine(name="store", command=command, given={}, log=folder / "logs" / "store.log"))
    make_bucket(settings)
    return settings


def make_bucket(settings: S3Settings) -> None:
    """Wait until the store answers, and make the bucket."""
    give_up = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            return S3Artifacts(settings).create_bucket()
        except StoreError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.3)


@contextmanager
def opened(given: dict[str, str]) -> Iterator[Base]:
    """Open the product's own parts in this process, by the settings that the others have."""
    groups: dict[str, dict[str, str]] = {}
    for name, value in given.items():
        group, _, field = name.removeprefix("EARMARK_").lower().partition("__")
        if field:
            groups.setdefault(group, {})[field] = value
    settings = read_settings(data_dir=Path(given["EARMARK_DATA_DIR"]), log_level="error", **groups)
    with open_base(settings) as base:
        yield base


def take_on(base: Base, twilio: Standin, url: str) -> dict[str, DemoTenant]:
    """Take on the samples' tenants and arm the numbers that are called."""
    tenants = take_on_all(base)
    for owner in tenants.values():
        twilio.add_account(owner.account)
    calls = [(tenants[tenant_of(scenario)], scenario) for scenario in list_scenarios()]
    arm_numbers(base, calls, twilio=twilio, telephony=telephony_of(base.settings), public_base=url)
    return tenants


def _start(house: House, given: dict[str, str], port: int, web_ports: list[int]) -> None:
    logs = house.folder / "logs"
    for number in range(1, WORKERS + 1):
        name = f"worker-{number}"
        own = {**given, "EARMARK_WORKER__NAME": name, "EARMARK_WORKER__CONCURRENCY": "1"}
        if number == 1:
            own |= _own_clock(house)
        house.machines.add(
            Machine(
                name=name, command=(sys.executable, "-m", "pipeline.cli", "worker"), given=own, log=logs / f"{name}.log"
            )
        )
    for number, web_port in enumerate(web_ports, 1):
        own = {**given, "EARMARK_WEB__PORT": str(web_port)}
        house.machines.add(
            Machine(
                name=f"web-{number}",
                command=(sys.executable, "-m", "webhooks.main"),
                given=own,
                log=logs / f"web-{number}.log",
            )
        )
    backends = [f"127.0.0.1:{web_port}" for web_port in web_ports]
    command = (sys.executable, "-m", "tests.chaos.forward", f"127.0.0.1:{port}", *backends)
    house.machines.add(Machine(name="balancer", command=command, given={}, log=logs / "balancer.log"))


def _own_clock(house: House) -> dict[str, str]:
    """Give a process a wall clock that can be put off; none where there is no compiler."""
    made = house.folder / "clock.so"
    compiler = shutil.which("gcc")
    if compiler is None:
        return {}
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(made), str(_CLOCK), "-ldl"], check=True)
    house.clock_file.write_text("+0")
    return {"LD_PRELOAD": str(made), "CHAOS_CLOCK": str(house.clock_file)}


def wait_until_ready(house: House) -> None:
    """Wait until every worker has said that it is ready, and the web answers."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        logs = [(house.folder / "logs" / f"{m.name}.log").read_bytes() for m in house.workers]
        try:
            is_web = httpx.get(f"{house.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            is_web = False
        if is_web and all(b"worker.ready" in log for log in logs):
            return
        time.sleep(0.3)
    raise RuntimeError("the house did not become ready")
