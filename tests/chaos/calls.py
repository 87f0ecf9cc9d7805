"""Calls that are played again and again: the samples, callbacks lost, doubled and late, with recorders of others."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from samples.demo_tenants import DemoTenant, tenant_of
from samples.expectations import load_expected
from samples.scenario import Disorder, Scenario, list_scenarios
from samples.twilio_standin import PlayedCall, Standin

_LONG = ("withdrawn-mid-call", "spelled-name-email-postcode")
"""Much audio for little that the others do not show."""
_DISORDERS = (
    Disorder(),
    Disorder(twice=("*",)),
    Disorder(reversed=True),
    Disorder(lost=("recording.completed",)),
    Disorder(lost=("call.completed",), late=("recording.*",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A call, whose it was, and what was to be recorded of it."""

    scenario: Scenario
    owner: DemoTenant
    call: PlayedCall

    @property
    def is_authorised(self) -> bool:
        """Say whether whoever was on the call agreed to its recording, by the law and the script."""
        return load_expected(self.scenario.name)["consent"]["record"] in ("granted", "withdrawn")


def choose(count: int, rng: random.Random) -> list[Scenario]:
    """Choose calls; one in ten of those nobody agreed to is recorded by a recorder that is not ours."""
    kinds = [scenario for scenario in list_scenarios() if scenario.name not in _LONG]
    chosen = []
    for number in range(count):
        scenario = kinds[number % len(kinds)] if number < len(kinds) else rng.choice(kinds)
        changed: dict[str, object] = {"callbacks": _DISORDERS[0] if number < len(kinds) else rng.choice(_DISORDERS)}
        if number >= len(kinds) and scenario.name in ("declined", "silence-then-hang-up") and rng.random() < 0.5:
            changed["recorded_by"] = ("Trunking",)
        chosen.append(scenario.model_copy(update=changed))
    return chosen


class Telephone:
    """Plays calls, some at a time, and remembers what came of each."""

    def __init__(self, twilio: Standin, tenants: dict[str, DemoTenant], url: str, *, at_once: int = 3) -> None:
        self._twilio, self._tenants, self._url = twilio, tenants, url
        self._pool = ThreadPoolExecutor(at_once)
        self._lock = threading.Lock()
        self.played: list[Played] = []

    def begin(self, scenarios: list[Scenario], *, told: Callable[[int], None]) -> list[Future[None]]:
        """Begin to play; `told` hears how many were played."""
        return [self._pool.submit(self._play, scenario, told) for scenario in scenarios]

    def close(self) -> None:
        """Let the calls end."""
        self._pool.shutdown(wait=True)

    def _play(self, scenario: Scenario, told: Callable[[int], None]) -> None:
        owner = self._tenants[tenant_of(scenario)]
        call = self._twilio.play(scenario, owner.account, base=self._url, agent_key=owner.api_key, path=owner.tenant.id)
        with self._lock:
            self.played.append(Played(scenario=scenario, owner=owner, call=call))
            told(len(self.played))
