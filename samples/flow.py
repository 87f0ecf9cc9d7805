"""What a flow is made of, read from `samples/flows/<topic>.yaml`: a call without sound, and what must be true of it.

A flow names the rule that its expectations come from. Nothing in it was taken from what the product did.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from samples.scenario import Scenario, ScenarioError, parse_scenario

FLOWS: Final = Path(__file__).parent / "flows"
CALLER: Final = "+12125550143"
OURS: Final = "+13035550100"
DESK: Final = "+13035550188"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Outage(_Part):
    """The product fails at one of its addresses, or at all: its database is down, or the whole of it is away."""

    at: str = "*"
    kind: Literal["database", "away"] = "database"


class Expected(_Part):
    """What must be true. What is not given is not looked at, but for what must be true of every flow.

    `recordings` are all that Twilio ever made; `verdicts` are what ingest says of each, oldest first. `consent` is
    where each leg stands, `asked` the questions put to the caller. `ends_early` is a recorder that was stopped before
    the call was over, `cut` audio of which less is kept than was recorded, `pauses` silences that Twilio made, and
    `hushed` those that ingest made where Twilio did not. `inside` is a line spoken while the recorder ran, before
    anybody talked. `answered` is what the API said: 2 for 2xx.
    """

    recordings: int
    verdicts: tuple[Literal["captured", "refused"], ...] | None = None
    consent: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    asked: tuple[str, ...] | None = None
    connected: bool | None = None
    inside: bool | None = None
    pauses: int | None = None
    ends_early: bool | None = None
    cut: bool | None = None
    hushed: bool | None = None
    keep: Literal["yes", "no"] | None = None
    answered: Mapping[str, int] = Field(default_factory=dict)
    tokens_include: tuple[str, ...] = ()


class Flow(_Part):
    """One call and what must become of it. `tenant` are settings that differ from recording and transcribing."""

    name: str
    title: str
    basis: str
    policy: str = "nejix"
    tenant: Mapping[str, Any] = Field(default_factory=dict)
    armed: bool = True
    call: Mapping[str, Any] = Field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    expect: Expected

    @property
    def scenario(self) -> Scenario:
        """The call as the stand-in plays it."""
        plain = {"name": self.name, "tenant": self.name, "from": CALLER, "to": OURS, "conversation_s": 8}
        return parse_scenario(plain | dict(self.call))


def load_flows(directory: Path = FLOWS) -> tuple[Flow, ...]:
    """Read every flow, by topic and in the order they are written.

    Raises:
        ScenarioError: a file, flow or call cannot be read, or two flows have one name.
    """
    found: list[Flow] = []
    for path in sorted(directory.glob("*.yaml")):
        try:
            body = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [Flow.model_validate(one) for one in body]
        except (OSError, yaml.YAMLError, TypeError) as error:
            raise ScenarioError(f"{path}: cannot be read") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ScenarioError(f"{path}: {'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from error
    names = [flow.name for flow in found]
    if len(set(names)) != len(names):
        raise ScenarioError(f"{directory}: two flows have one name")
    for flow in found:
        _ = flow.scenario
    return tuple(found)
