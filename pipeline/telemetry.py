"""Logs that cannot tell: only listed keys pass, and everything else is dropped and counted.

Events are names (`recording.captured`), facts are keys. Words, numbers, names, bodies and links have no key here.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

LISTED: Final = frozenset(
    {
        "event", "level", "timestamp", "tenant", "call", "recording", "artifact", "workflow", "step", "state", "reason",
        "kind", "status", "duration_ms", "count", "bytes", "error", "vendor", "operation", "attempt", "route", "method",
        "worker", "version", "setting", "port", "policy", "digest", "mode", "outcome", "dropped", "at",
    }
)  # fmt: skip
"""Keys whose values are ids, enum values, counts or times."""


def configure(level: str) -> None:
    """Send structured lines to standard error, and quieten libraries that would log what they handle."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_listed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # standard error as it is then
        cache_logger_on_first_use=True,
    )


def keep_listed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not listed, and say how many went; their names may be told, their values never."""
    dropped = sorted(set(event) - LISTED)
    kept = {name: value for name, value in event.items() if name in LISTED}
    if dropped:
        kept["dropped"] = ",".join(dropped)
    return kept


def log() -> Any:
    """Give the logger."""
    return structlog.get_logger()
