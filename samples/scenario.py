"""What a sample call is made of, read from `samples/calls/<name>/scenario.yaml`.

A scenario says who calls whom, what they press or say at each question, what they then talk about and when,
and how the vendor misbehaves. It never says what Earmark should answer: that is `expected.yaml`.
Times are seconds; those of `turns` and `events` count from the moment the parties can hear each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

CALLS: Final = Path(__file__).parent / "calls"


class ScenarioError(ValueError):
    """The scenario cannot be read; the message names the file and the field."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Answer(_Part):
    """What a person does when asked: keys, words, nothing, or hanging up.

    `after_s` counts from the start of the question; None means just after it has been said.
    """

    kind: Literal["digits", "speech", "silence", "hang_up"]
    digits: str = ""
    speech: str = ""
    confidence: float = 0.92
    after_s: float | None = None


def _answer(given: object) -> object:
    """Read the short forms: `"1"`, `silence`, `hang_up`, `{speech: yes}`."""
    if isinstance(given, str):
        if given in ("silence", "hang_up"):
            return {"kind": given}
        if re.fullmatch(r"[0-9*#]+", given):
            return {"kind": "digits", "digits": given}
    if isinstance(given, Mapping) and "kind" not in given:
        for kind in ("digits", "speech"):
            if kind in given:
                return {"kind": kind, **given}
    return given


def _answers(given: object) -> object:
    return given if isinstance(given, list) else [given]


ShortAnswer = Annotated[Answer, BeforeValidator(_answer)]
Answers = Annotated[tuple[ShortAnswer, ...], BeforeValidator(_answers)]


class Place(_Part):
    """Where Twilio thinks a number belongs. Derived from the number, not from the telephone."""

    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""


class Callee(_Part):
    """Somebody whom the product calls. `pickup` is what happens when it rings.

    `answers` are given in order whatever is asked, `answers_to` by purpose. `joins_conference` puts the person into
    the caller's room without a leg of their own.
    """

    number: str = "+12125550199"
    pickup: Literal["answer", "no_answer", "busy", "voicemail", "fax", "unknown"] = "answer"
    rings_s: float = 4.0
    answers: Answers = (Answer(kind="digits", digits="1"),)
    answers_to: Mapping[str, Answers] = Field(default_factory=dict)
    detected_after_s: float = 4.0
    joins_conference: bool = False


class Hidden(_Part):
    """Words of a turn that must not be readable or audible afterwards."""

    type: str
    said: str
    start_s: float
    end_s: float


class Line(_Part):
    """One turn of the script, with its place in the conversation's audio."""

    speaker: Literal["caller", "agent", "callee"]
    text: str
    start_s: float
    end_s: float
    hidden: tuple[Hidden, ...] = ()


class Event(_Part):
    """Something that happens while they talk.

    `withdraw`, `pause`, `resume`, `add` and `transfer` are calls of the product's API by the tenant's software; `body`
    is sent with them. After a withdrawal the call is held for at most `wait_s` real seconds until the recorder is
    stopped or paused, since the product may act a little later. `intrude` puts somebody into the room whom the
    product did not call, `leave` lets the person at the number `to` hang up, and `record` starts a recorder that the
    product did not ask for, of whatever `source`. `talk` is the conversation it happens in, where a transfer makes two.
    """

    at_s: float
    do: Literal[
        "withdraw", "pause", "resume", "add", "transfer",
        "hang_up", "keypress", "agent_ends", "intrude", "leave", "record",
    ]  # fmt: skip
    talk: int = 1
    digits: str = ""
    wait_s: float = 5.0
    to: str = ""
    source: str = ""
    body: Mapping[str, Any] = Field(default_factory=dict)


class Disorder(_Part):
    """How callbacks go wrong. Names are `recording.completed`, `call.completed`, ...; `*` is any."""

    late: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    is_reversed: bool = Field(default=False, alias="reversed")


class Encryption(_Part):
    """The account encrypts recordings for a public key; Twilio's sources spell the fields in two ways."""

    spelling: Literal["openapi", "tutorial"] = "openapi"


class Fault(_Part):
    """The vendor fails a REST request `times` times, after `delay_s` real seconds.

    `path` is a glob, `body` xml stands for XML instead of audio.
    """

    path: str
    method: str = "*"
    status: int = 503
    times: int = 1
    body: Literal["json", "xml"] = "json"
    delay_s: float = 0


class Scenario(_Part):
    """One call from the first ring to the last callback."""

    name: str
    title: str = ""
    tenant: str
    from_: str = Field(alias="from")
    to: str
    from_place: Place = Place()
    to_place: Place = Place(country="US")
    stir_verstat: str = "TN-Validation-Passed-A"
    topology: Literal["agent_stream", "relay", "forwarded", "conference", "voicemail", "outbound"] = "agent_stream"
    developer_instance: str | None = None
    answers: Mapping[str, Answers] = Field(default_factory=dict)
    callee: Callee | None = None
    others: tuple[Callee, ...] = ()
    forwarded_from: str = ""
    conversation: str | None = None
    conversation_s: float = 20.0
    ends_by: Literal["caller", "agent"] = "caller"
    turns: tuple[Line, ...] = ()
    events: tuple[Event, ...] = ()
    callbacks: Disorder = Disorder()
    encryption: Encryption | None = None
    faults: tuple[Fault, ...] = ()
    is_channel_order_reversed: bool = Field(default=False, alias="channels_reversed")
    recorded_by: tuple[str, ...] = ()
    """Sources of recorders that somebody else starts with the call."""
    recording_host: str = "https://api.twilio.com"
    """Where callbacks say that the audio lies."""
    directory: Path | None = None

    @property
    def audio_path(self) -> Path | None:
        """Where the conversation's audio lies; None means a hum of `conversation_s` stands for it."""
        if self.conversation is None or self.directory is None:
            return None
        return self.directory / self.conversation

    def person_at(self, number: str) -> Callee | None:
        """Find who answers a number; None when nobody was put there."""
        people = (*self.others, *([self.callee] if self.callee else ()))
        return next((person for person in people if person.number == number), None)


def parse_scenario(body: Mapping[str, Any], *, directory: Path | None = None) -> Scenario:
    """Read a scenario from its parsed YAML or JSON.

    Raises:
        ScenarioError: a field is missing, unknown or wrong; the first such is named.
    """
    try:
        return Scenario.model_validate({**body, "directory": directory})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "scenario"
        raise ScenarioError(f"{directory or 'scenario'}: {where}: {first['msg']}") from error


def load_scenario(directory: Path) -> Scenario:
    """Read `scenario.yaml` of a directory.

    Raises:
        ScenarioError: no such file, no YAML, or not a scenario; also when its audio is missing.
    """
    path = directory / "scenario.yaml"
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path}: cannot be read") from error
    if not isinstance(body, dict):
        raise ScenarioError(f"{path}: not a mapping")
    scenario = parse_scenario(body, directory=directory)
    if scenario.audio_path is not None and not scenario.audio_path.is_file():
        raise ScenarioError(f"{directory}: conversation: no such file")
    return scenario


def list_scenarios(directory: Path = CALLS) -> tuple[Scenario, ...]:
    """Read every sample call, by name."""
    return tuple(load_scenario(path.parent) for path in sorted(directory.glob("*/scenario.yaml")))
