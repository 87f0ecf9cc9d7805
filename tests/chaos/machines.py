"""Processes that are started, killed, stopped for a while and started again, each writing into a file of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.tree import ROOT

AGAIN_AFTER_S = 2.0


@dataclass(slots=True, kw_only=True)
class Machine:
    """One process of the product, its settings, and where it writes. `before` is put before its command."""

    name: str
    command: Sequence[str]
    given: Mapping[str, str]
    log: Path
    before: Sequence[str] = ()
    root: Path = ROOT
    """Whose code it runs."""
    process: subprocess.Popen[bytes] | None = None
    is_stopped: bool = False
    starts: int = 0

    def start(self) -> None:
        """Start it; what it writes is added to what it wrote before."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*self.before, *self.command],
                cwd=self.root,
                env={**clean, "PYTHONPATH": str(self.root), **self.given},
                stdout=out,
                stderr=out,
            )
        self.starts += 1

    def signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop_for(self, seconds: float) -> None:
        """Stop it, and let it go on later: it does not know that time passed."""
        self.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.signal(signal.SIGCONT)

    @property
    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True)
class Machines:
    """All of them, and an orchestrator that starts again what died."""

    all: dict[str, Machine] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    held_down: set[str] = field(default_factory=set)
    """What is not started again for now."""

    def add(self, machine: Machine) -> Machine:
        """Start one, and see to it from now on."""
        self.all[machine.name] = machine
        machine.start()
        return machine

    def __getitem__(self, name: str) -> Machine:
        return self.all[name]

    def retire(self, name: str) -> None:
        """Let one end in peace, and do not start it again."""
        self.held_down.add(name)
        machine = self.all.pop(name)
        machine.signal(signal.SIGTERM)
        if machine.process is not None:
            machine.process.wait(60)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Start again what died, a little later, until the block ends; then stop all."""
        keeper = threading.Thread(target=self._keep_up, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            self._over.set()
            keeper.join()
            self.stop_all()

    def stop_all(self) -> None:
        """Let all end, and kill what does not."""
        for machine in self.all.values():
            machine.signal(signal.SIGCONT)
            machine.signal(signal.SIGTERM)
        for machine in self.all.values():
            if machine.process is not None:
                try:
                    machine.process.wait(30)
                except subprocess.TimeoutExpired:
                    machine.kill()

    def _keep_up(self) -> None:
        down: dict[str, float] = {}
        while not self._over.wait(0.2):
            for name, machine in list(self.all.items()):
                if machine.is_alive or name in self.held_down:
                    down.pop(name, None)
                elif time.monotonic() - down.setdefault(name, time.monotonic()) > AGAIN_AFTER_S:
                    machine.start()
                    down.pop(name, None)
