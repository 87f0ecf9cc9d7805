"""Logs that cannot tell: only listed keys pass, and everything else is dropped and counted.

Events are names (`recording.captured`), facts are keys. Words, numbers, names, bodies and links have no key here. What
a library has to say comes through the same door: who spoke, from which line, of what kind, and never its message.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog

from pipeline.model.errors import PipelineError
from pipeline.telemetry.metrics import note_alarm

LISTED: Final = frozenset(
    {
        "event", "level", "timestamp", "tenant", "call", "recording", "artifact", "workflow", "step", "state", "reason",
        "kind", "status", "duration_ms", "count", "bytes", "error", "vendor", "operation", "attempt", "route", "method",
        "worker", "version", "setting", "port", "policy", "digest", "mode", "outcome", "dropped", "at", "trace",
        "library", "queue", "request", "hold", "ended_by",
    }
)  # fmt: skip
"""Keys whose values are ids, enum values, counts or times."""

_EVENT: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_UNNAMED: Final = "event.unnamed"
_LONGEST: Final = 200
_TELLING: Final = re.compile(r"\+[\d ()-]{6,}|\d{9,}|.*@.*|.*[\r\n].*", re.DOTALL)
"""A telephone number, a long number by itself, an address, more than a line: no id, code or time looks like that."""


def configure(level: str) -> None:
    """Send structured lines to standard error, and what libraries say through the same door without its words."""
    plain = (logging.StreamHandler, _Routed)
    logging.root.handlers[:] = [handler for handler in logging.root.handlers if type(handler) not in plain]
    logging.root.addHandler(_Routed(logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_listed,
            note_alarm,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # standard error as it is then
        cache_logger_on_first_use=True,
    )


def keep_listed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not listed and every value that is no fact; their names are told, their values never."""
    dropped = sorted(name for name, value in event.items() if name not in LISTED or not is_fact(value))
    kept = {name: value for name, value in event.items() if name not in dropped}
    if "event" in kept and not _EVENT.fullmatch(str(kept["event"])):
        kept["event"] = _UNNAMED
    if dropped:
        kept["dropped"] = ",".join(dropped)
    return kept


def is_fact(value: object) -> bool:
    """Say whether a value can be an id, an enum value, a count or a time, and nothing that somebody said or sent."""
    if isinstance(value, str):
        return len(value) <= _LONGEST and not _TELLING.fullmatch(value)
    return value is None or isinstance(value, bool | int | float)


def log() -> Any:
    """Give the logger."""
    return structlog.get_logger()


def quieten(library: str) -> None:
    """Take a library's own way to standard error away, so that what it says comes through here like everybody's."""
    spoken = logging.getLogger(library)
    spoken.handlers.clear()
    spoken.propagate = True


def place_of(error: BaseException) -> str:
    """Name file and line of an error, and nothing of its message, which may hold anything."""
    last = traceback.extract_tb(error.__traceback__)
    return f"{Path(last[-1].filename).name}:{last[-1].lineno}" if last else "nowhere"


def guard_process() -> None:
    """Have whatever ends this process, or a thread of it, told by kind and place alone; warnings likewise.

    An error of ours has a line of its own words, as on the command line. For processes of our own: a test process has
    its own ideas of what to do then.
    """
    configure("info")
    logging.captureWarnings(True)
    sys.excepthook = _ended
    sys.unraisablehook = lambda caught: _ended(caught.exc_type, caught.exc_value, None)
    threading.excepthook = lambda caught: _ended(caught.exc_type, caught.exc_value, None)


def _ended(kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None) -> None:
    if isinstance(error, PipelineError):  # ids and counts alone are in its message
        sys.stderr.write(f"earmark: {error}\n")
    elif not issubclass(kind, KeyboardInterrupt):
        log().error("process.unforeseen", error=kind.__name__, at=place_of(error) if error else "nowhere")


class _Routed(logging.Handler):
    """Tells who of the libraries said something and from where; the message, its arguments and its error stay away."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        kind = record.exc_info[0] if record.exc_info else None
        facts = {"library": record.name, "at": f"{record.filename}:{record.lineno}"}
        if kind is not None:
            facts["error"] = kind.__name__
        log().log(min(record.levelno, logging.CRITICAL), "library.told", **facts)
