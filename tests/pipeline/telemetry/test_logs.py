from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
import structlog

from pipeline.telemetry.logs import LISTED, configure, keep_listed, log, quieten

SAID = "four five three two"
DYING = f"""
import threading, warnings
from pipeline.telemetry import configure, guard_process
configure("info")
guard_process()
said = {SAID!r}
def dies(heard):
    raise ValueError(heard)
warnings.warn(said)
thread = threading.Thread(target=dies, args=(said,))
thread.start()
thread.join()
raise KeyError(said)
"""


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    shown = capsys.readouterr()
    assert shown.out == ""
    told: dict[str, Any] = json.loads(shown.err)
    return told


def test_a_line_is_json_with_the_event_and_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    log().info("recording.captured", recording="rec_1", bytes=12)
    told = line(capsys)
    assert told.pop("timestamp").endswith("Z")
    assert told == {"event": "recording.captured", "level": "info", "recording": "rec_1", "bytes": 12}


@pytest.mark.parametrize("name", ["text", "words", "number", "body", "url", "from", "transcript", "exception"])
@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_a_fact_that_is_not_listed_is_dropped_and_only_its_name_is_told(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("info")
    log().info("recording.captured", **{name: SAID})
    told = line(capsys)
    assert told["dropped"] == name
    assert SAID not in json.dumps(told)


@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_what_is_bound_by_context_is_held_to_the_list_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    with structlog.contextvars.bound_contextvars(tenant="acme", caller="+14155550123"):
        log().info("call.begun")
    told = line(capsys)
    assert (told["tenant"], told["dropped"]) == ("acme", "caller")
    assert "caller" not in told


def test_an_exception_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    try:
        raise ValueError(SAID)
    except ValueError:
        log().exception("step.failed", error="ValueError")
    assert SAID not in capsys.readouterr().err


@pytest.mark.parametrize(("level", "expected"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_lines_below_the_level_are_not_written(level: str, expected: int, capsys: pytest.CaptureFixture[str]) -> None:
    configure(level)
    log().debug("a")
    log().info("b")
    log().warning("c")
    assert len(capsys.readouterr().err.splitlines()) == expected


def test_no_listed_key_could_hold_what_was_said() -> None:
    assert not LISTED & {"text", "word", "words", "number", "from", "to", "name", "body", "url", "message", "exc_info"}


def test_nothing_is_dropped_silently() -> None:
    kept = keep_listed(None, "info", {"event": "x", "zip": "1", "city": "2"})
    assert kept == {"event": "x", "dropped": "city,zip"}


@pytest.mark.parametrize(
    "value",
    ["+14155550123", "+1 (415) 555-0123", "4532015112830366", "caller@example.com", "one\ntwo", "x" * 201, ["a"], {}],
)
def test_a_listed_key_without_a_fact_is_dropped(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    log().info("recording.captured", reason=value, recording="rec_0190a1b2")
    told = line(capsys)
    assert (told["dropped"], told["recording"], "reason" in told) == ("reason", "rec_0190a1b2", False)


@pytest.mark.parametrize("event", [f"he said {SAID}", "Recording", "recording.captured now", ""])
def test_an_event_that_is_no_name_is_not_told(event: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    log().info(event)
    assert line(capsys)["event"] == "event.unnamed"


def test_what_a_library_says_comes_through_the_same_door_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("info")
    try:
        raise KeyError(SAID)
    except KeyError:
        logging.getLogger("some.library").exception("could not %s", SAID)
    told = line(capsys)
    assert (told["event"], told["library"], told["error"]) == ("library.told", "some.library", "KeyError")
    assert told["at"].startswith("test_logs.py:")
    assert SAID not in json.dumps(told)


def test_a_library_with_a_way_of_its_own_loses_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info")
    own = logging.getLogger("loud")
    own.addHandler(logging.StreamHandler())
    own.propagate = False
    quieten("loud")
    own.error(SAID)
    assert line(capsys)["library"] == "loud"


@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_what_ends_a_process_or_a_thread_is_told_by_kind_and_place_alone() -> None:
    done = subprocess.run([sys.executable, "-c", DYING], capture_output=True, text=True, check=False)
    told = [json.loads(text) for text in done.stderr.splitlines()]
    assert [(one["event"], one["error"]) for one in told[-2:]] == [
        ("process.unforeseen", "ValueError"), ("process.unforeseen", "KeyError"),
    ]  # fmt: skip
    assert told[0]["library"] == "py.warnings"
    assert SAID not in done.stderr
    assert done.returncode == 1
