"""`earmark demo`: every sample call through the real webhooks, worker, recognisers and vault, with nothing outside.

Twilio and Deepgram are stand-ins on this machine that speak their protocols over HTTP; everything else is the product:
the web app and the worker are processes of their own, the database is the embedded PostgreSQL.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

import click
import httpx
from rich.progress import Progress

from pipeline.bootstrap import Base, open_base, telephony_of
from pipeline.model.errors import PipelineError
from pipeline.model.recording import RecordingState
from pipeline.reads.call_summary import CallSummary, find_call_summary
from pipeline.settings import Settings, read_settings
from pipeline.vendors.local_asr import load_whisper_tiny_en
from samples.deepgram_standin import DeepgramStandin
from samples.demo_numbers import arm_numbers
from samples.demo_report import print_report, write_results
from samples.demo_tenants import DemoTenant, take_on_all, tenant_of
from samples.scenario import Scenario, list_scenarios
from samples.twilio_standin import PlayedCall, Standin

_ENDED: Final = frozenset(
    {
        RecordingState.PUBLISHED,
        RecordingState.WITHHELD,
        RecordingState.REFUSED,
        RecordingState.ABSENT,
        RecordingState.FAILED,
        RecordingState.PURGED,
    }
)
_PATIENCE_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSample:
    """A sample, what the stand-in saw of it, and whose it is."""

    scenario: Scenario
    call: PlayedCall
    owner: DemoTenant


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the table.")
@click.option("--only", multiple=True, help="Play only the sample of this name; may be repeated.")
def main(as_json: bool, only: tuple[str, ...]) -> None:
    """Play the sample calls and print what became of each."""
    try:
        settings = read_settings(log_level="warning")
        is_as_expected = play_all(settings, only=only, as_json=as_json)
    except PipelineError as error:
        click.echo(f"earmark: {error}", err=True)
        sys.exit(1)
    sys.exit(0 if is_as_expected else 1)


def play_all(settings: Settings, *, only: tuple[str, ...] = (), as_json: bool = False) -> bool:
    """Play samples and report; say whether each became what its `expected.yaml` says."""
    scenarios = [s for s in list_scenarios() if not only or s.name in only]
    with running(settings) as house:
        with _progress(len(scenarios), quiet=as_json) as step:
            played = house.play(scenarios, step)
            summaries = house.wait_for(played, step)
        results = settings.data_dir / "demo"
        write_results(house.base, results, summaries)
        return print_report(house.base, summaries, results=results, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The product and the stand-ins, running."""

    base: Base
    twilio: Standin
    deepgram: DeepgramStandin
    url: str
    tenants: dict[str, DemoTenant]
    processes: tuple[subprocess.Popen[bytes], ...]

    def play(self, scenarios: list[Scenario], step: Step) -> list[PlayedSample]:
        """Play every call; those that need real time beside the others."""
        with ThreadPoolExecutor(max_workers=4) as pool:
            return list(pool.map(lambda scenario: self._play(scenario, step), scenarios))

    def _play(self, scenario: Scenario, step: Step) -> PlayedSample:
        owner = self.tenants[tenant_of(scenario)]
        call = self.twilio.play(scenario, owner.account, base=self.url, agent_key=owner.api_key, path=owner.tenant.id)
        step(f"called: {scenario.name}")
        return PlayedSample(scenario=scenario, call=call, owner=owner)

    def wait_for(self, played: list[PlayedSample], step: Step) -> list[tuple[PlayedSample, CallSummary]]:
        """Wait until every recording of every call has ended in a state of its own."""
        ended: dict[str, CallSummary] = {}
        give_up = time.monotonic() + _PATIENCE_S
        while len(ended) < len(played) and time.monotonic() < give_up:
            self._check_alive()
            for sample in played:
                summary = None if sample.call.call_sid in ended else self._ended(sample)
                if summary is not None:
                    ended[sample.call.call_sid] = summary
                    step(f"worked on: {sample.scenario.name}")
            time.sleep(1)
        if len(ended) < len(played):
            raise PipelineError("the worker did not finish the sample calls")
        return [(sample, ended[sample.call.call_sid]) for sample in played]

    def _ended(self, sample: PlayedSample) -> CallSummary | None:
        with self.base.database.transaction(sample.owner.tenant.id) as tx:
            summary = find_call_summary(tx, sample.call.call_sid)
        if summary is None or len(summary.recordings) < len(sample.call.recording_sids):
            return None
        return summary if all(r.recording.state in _ENDED for r in summary.recordings) else None

    def _check_alive(self) -> None:
        if any(process.poll() is not None for process in self.processes):
            raise PipelineError("a process of the demo stopped; its message stands above")


@contextmanager
def running(settings: Settings) -> Iterator[House]:
    """Run the product with stand-ins for the vendors, and stop all of it at the end."""
    with ExitStack() as stack:
        twilio = stack.enter_context(Standin())
        deepgram = stack.enter_context(DeepgramStandin(load_whisper_tiny_en(digits_as_words=True), key="demo"))
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        base = stack.enter_context(open_base(settings))
        tenants = take_on_all(base)
        for owner in tenants.values():
            twilio.add_account(owner.account)
        calls = [(tenants[tenant_of(scenario)], scenario) for scenario in list_scenarios()]
        reached = settings.model_copy(update={"twilio": settings.twilio.model_copy(update={"api_base": twilio.url})})
        telephony = telephony_of(reached)
        arm_numbers(base, calls, twilio=twilio, telephony=telephony, public_base=url)
        given = {
            "EARMARK_DATA_DIR": str(settings.data_dir.resolve()),
            "EARMARK_LOG_LEVEL": settings.log_level,
            "EARMARK_TWILIO__API_BASE": twilio.url,
            "EARMARK_DEEPGRAM__API_BASE": deepgram.base_url,
            "EARMARK_DEEPGRAM__API_KEY": "demo",
            "EARMARK_WEB__PORT": str(port),
            "EARMARK_WEB__PUBLIC_BASE": url,
        }
        processes = tuple(
            stack.enter_context(_process(arguments, given))
            for arguments in (("-m", "webhooks.main"), ("-m", "pipeline.cli", "worker"))
        )
        house = House(base=base, twilio=twilio, deepgram=deepgram, url=url, tenants=tenants, processes=processes)
        _wait_until_ready(house)
        yield house


@contextmanager
def _process(arguments: tuple[str, ...], given: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **given}  # noqa: TID251 - a child's settings are given the way a user gives them
    process = subprocess.Popen([sys.executable, *arguments], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(house: House) -> None:
    for _ in range(300):
        house._check_alive()
        try:
            if httpx.get(f"{house.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise PipelineError("the web app did not become ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Step:
    """Says what has been done: a bar on a terminal, plain lines otherwise."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._lock = progress, threading.Lock()
        self._task = progress.add_task("sample calls", total=2 * total) if progress else None

    def __call__(self, line: str) -> None:
        """Note one thing done."""
        with self._lock:
            if self._progress is None or self._task is None:
                click.echo(line, err=True)
            else:
                self._progress.update(self._task, advance=1, description=line)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Step]:
    if quiet or not sys.stderr.isatty():
        yield Step(None, total)
        return
    from rich.console import Console

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield Step(progress, total)


if __name__ == "__main__":
    main()
