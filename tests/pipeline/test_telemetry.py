from __future__ import annotations

import json
from typing import Any

import pytest
import structlog

from pipeline.telemetry import LISTED, configure, keep_listed, log

SAID = "four five three two"


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
