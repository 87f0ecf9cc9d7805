"""Figures for Prometheus. Labels are codes: a route's template, a step's name, a class of error, never an id or a text.

There is no label for a tenant: a platform has thousands, and which of them is in trouble stands in the log by its id.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

MOST_VALUES: Final = 1_000
"""Values that one label may take in a process, more than there are routes; what comes after them is counted as one."""
_CODE: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_.:/{}-]{0,79}|[1-5]\d\d")
_LONG_NUMBER: Final = re.compile(r"\d{4}")
OTHER: Final = "other"
_FAST_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW_S: Final = (0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(name, says, labels, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return Gauge(name, says, labels, registry=REGISTRY)


ANSWERS: Final = _counter("earmark_answers", "Answered requests.", "method", "route", "status")
ANSWER_SECONDS: Final = Histogram(
    "earmark_answer_seconds", "From a request to the end of its answer.", ["route"], buckets=_FAST_S, registry=REGISTRY
)
REFUSED_CALLBACKS: Final = _counter(
    "earmark_refused_callbacks", "Callbacks of a vendor with another's signature, tenant or account.", "route"
)
SIGN_IN_FAILURES: Final = _counter("earmark_sign_in_failures", "People who were not let in.", "method", "reason")
WORKFLOWS: Final = _counter("earmark_workflows", "Durable workflows that ended here.", "workflow", "outcome")
STEP_SECONDS: Final = Histogram(
    "earmark_step_seconds", "One attempt at a step.", ["step", "outcome"], buckets=_SLOW_S, registry=REGISTRY
)
RECORDINGS_ENDED: Final = _counter(
    "earmark_recordings_ended", "Recordings that ended their line here, by how and why.", "state", "reason"
)
PORT_SECONDS: Final = Histogram(
    "earmark_port_seconds", "One call of a vendor, a store or a keeper of keys.", ["port", "operation"],
    buckets=_FAST_S, registry=REGISTRY,
)  # fmt: skip
VENDOR_ERRORS: Final = _counter(
    "earmark_vendor_errors", "What a vendor did not do.", "vendor", "operation", "status", "error"
)
STORE_ERRORS: Final = _counter("earmark_store_errors", "What the artifact store did not do.", "operation", "error")
KEY_ERRORS: Final = _counter("earmark_key_errors", "What the keeper of keys did not do.", "operation", "error")
UNFORESEEN: Final = _counter("earmark_unforeseen", "Faults that nobody foresaw.", "part")

STANDING_READ_AT: Final = _gauge("earmark_standing_read_timestamp_seconds", "When the figures below were last read.")
QUEUED: Final = _gauge("earmark_queue_depth", "Work that waits or runs.", "queue", "state")
QUEUE_OLDEST: Final = _gauge("earmark_queue_oldest_seconds", "How long the longest due has waited.", "queue")
CHECKPOINT_AGE: Final = _gauge(
    "earmark_checkpoint_oldest_seconds", "Longest time that entries of an audit log have stood unsigned."
)
PURGES: Final = _gauge("earmark_purge_artifacts", "Artifacts that must go: due today, or overdue.", "clock")
REQUESTS: Final = _gauge("earmark_subject_requests", "Open requests of people, by how near their day is.", "clock")
NOTICES: Final = _gauge("earmark_notices_unsent", "Notices that no channel has delivered to a tenant yet.")
UNCOMPARED: Final = _gauge("earmark_unreconciled_tenants", "Tenants not compared with the vendor for three hours.")
HEARTBEAT: Final = _gauge("earmark_worker_heartbeat_timestamp_seconds", "When this worker last looked at the others.")
DISK_FREE: Final = _gauge("earmark_data_free_ratio", "Free part of the disk that the data directory lies on.")
ALARMS: Final = _counter("earmark_alarms", "Lines of level error in the log, by event.", "event")

WATCHED_EVENTS: Final = (
    "recording.refused", "recorder.unauthorised", "closure.vendor_late", "closure.last_day", "ledger.doubted",
    "ledger.orphans", "ledger.not_replayed", "ledger.not_listed", "process.unforeseen",
)  # fmt: skip
"""Events that a rule watches: told as 0 from the beginning, since Prometheus sees no rise in what was never there."""


def render() -> bytes:
    """Write every figure in the text form that Prometheus reads."""
    return generate_latest(REGISTRY)


class _Known:
    """Which values each label of each figure has taken."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._seen: dict[tuple[str, int], set[str]] = {}

    def settle(self, figure: str, at: int, given: str) -> str:
        """Give the value, or `other` where it is no code or one too many."""
        seen = self._seen.setdefault((figure, at), set())
        if given in seen:
            return given
        if not _CODE.fullmatch(given) or _LONG_NUMBER.search(given):
            return OTHER
        with self._guard:
            if len(seen) >= MOST_VALUES:
                return OTHER
            seen.add(given)
        return given


_KNOWN: Final = _Known()
_CHILDREN: Final[dict[tuple[Any, tuple[object, ...]], Any]] = {}
"""Children that were given before: finding one again costs a tenth of making sure of it."""


def labelled(figure: Any, *values: object) -> Any:
    """Give a figure's child for label values that are codes, and few; anything else is `other`."""
    known = _CHILDREN.get((figure, values))
    if known is None:
        settled = [_KNOWN.settle(figure._name, at, str(value)) for at, value in enumerate(values)]
        known = figure.labels(*settled)
        if settled == [str(value) for value in values] and not isinstance(figure, Gauge):  # gauges forget theirs
            _CHILDREN[figure, values] = known
    return known


for _event in WATCHED_EVENTS:
    labelled(ALARMS, _event)
for _part in ("step", "request"):
    labelled(UNFORESEEN, _part)


def count(figure: Counter, *values: object) -> None:
    """Count one."""
    labelled(figure, *values).inc()


def note_alarm(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Count a line of level error by its event, on its way into the log."""
    if method == "error":
        count(ALARMS, event.get("event", OTHER))
    return event


def replace_all[Key: tuple[str, ...]](figure: Gauge, found: Mapping[Key, float]) -> None:
    """Set a labelled gauge to what was found, and every child that was not found to nothing at all."""
    figure.clear()
    for values, amount in found.items():
        labelled(figure, *values).set(amount)


@contextmanager
def timed_step(step: str) -> Iterator[None]:
    """Time one attempt at a step by how it ended: `done`, or the class of what was raised."""
    began, outcome = perf_counter(), "done"
    try:
        yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        labelled(STEP_SECONDS, step, outcome).observe(perf_counter() - began)
