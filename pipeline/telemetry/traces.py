"""Traces: which request led to which work. They have ids, names of ours and codes, and go nowhere unless told where.

Every request and every durable workflow stands in a trace even then: its id is what joins log lines, the start of the
work and the audit log. The libraries' own instrumentation is not used, because it would write addresses with ids,
query strings and statements into spans (infra/decisions/0029-what-is-told-of-the-running.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import structlog
from opentelemetry import trace as otel

from pipeline.telemetry.logs import LISTED, is_fact

_PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
"""`traceparent` of W3C Trace Context, version 00."""
_NAME: Final = re.compile(r"[a-z_]+( [a-zA-Z0-9_{}/.-]+)*")
_SCOPE: Final = "earmark"
_KINDS: Final = {"server": otel.SpanKind.SERVER, "client": otel.SpanKind.CLIENT, "consumer": otel.SpanKind.CONSUMER}
_current: ContextVar[str] = ContextVar("earmark_trace", default="")


@dataclass(slots=True)
class Facts:
    """What a span will say when it ends."""

    told: dict[str, Any]

    def tell(self, **facts: Any) -> None:
        """Add facts; what is not listed for logs is not listed here either."""
        self.told |= {name: value for name, value in facts.items() if name in LISTED and is_fact(value)}


class Traces:
    """Where spans go. One a process, put in place by the entry point."""

    def __init__(self, endpoint: str, *, part: str, version: str, share: float = 1.0, timeout_s: float = 10.0) -> None:
        """Send spans of this process to an OTLP/HTTP collector, in the background.

        Args:
            endpoint: scheme, host and port, without `/v1/traces`.
            part: `web` or `worker`.
            version: of Earmark.
            share: of traces begun here that are sent, 0 to 1.
            timeout_s: for one sending; what the collector does not take is dropped, and no request waits for it.
        """
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

        resource = Resource({"service.name": _SCOPE, "service.namespace": part, "service.version": version})
        self._provider = TracerProvider(
            resource=resource, sampler=ParentBased(TraceIdRatioBased(share)), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=timeout_s)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
        self.tracer = self._provider.get_tracer(_SCOPE)

    def install(self) -> None:
        """Let every span of this process come here."""
        _Installed.tracer = self.tracer

    def close(self) -> None:
        """Send what waits, and let nothing more come."""
        _Installed.tracer = None
        self._provider.shutdown()


class _Installed:
    tracer: otel.Tracer | None = None


def current_parent() -> str:
    """Give the `traceparent` that work started now should carry; empty outside every trace."""
    return _current.get()


def current_trace() -> str:
    """Give the id of the trace that this runs in, 32 hex digits; empty outside every trace."""
    return trace_in(_current.get())


def trace_in(parent: str) -> str:
    """Give the id of the trace that a `traceparent` names; empty where it is none."""
    return parent[3:35] if is_parent(parent) else ""


def is_parent(text: str) -> bool:
    """Say whether a text is a `traceparent`; nothing else is carried on."""
    return _PARENT.fullmatch(text) is not None


@contextmanager
def begun(name: str, *, kind: str, parent: str = "", **facts: Any) -> Iterator[Facts]:
    """Stand in a trace: the one that `parent` names, else a new one. Its id is in every log line meanwhile."""
    caused_by = parent if is_parent(parent) else ""
    with _span(name, kind, caused_by, is_root=True, **facts) as told:
        yield told


@contextmanager
def span(name: str, *, kind: str = "", **facts: Any) -> Iterator[Facts]:
    """Be one piece of the work of a trace; outside of every trace, or where traces go nowhere, it costs nothing."""
    if _Installed.tracer is None or not _current.get():
        yield Facts({})
        return
    with _span(name, kind, _current.get(), is_root=False, **facts) as told:
        yield told


@contextmanager
def _span(name: str, kind: str, parent: str, *, is_root: bool, **facts: Any) -> Iterator[Facts]:
    told = Facts({})
    told.tell(**facts)
    begun_here = _begin(_Installed.tracer, name, kind, parent)
    here = _written(begun_here.get_span_context()) if begun_here is not None else _made_up(parent)
    token = _current.set(here)
    bound = structlog.contextvars.bind_contextvars(trace=here[3:35]) if is_root else {}
    try:
        yield told
    except BaseException as error:
        told.tell(error=type(error).__name__)
        raise
    finally:
        _current.reset(token)
        structlog.contextvars.reset_contextvars(**bound)
        if begun_here is not None:
            begun_here.set_attributes(told.told)
            begun_here.end()


def _begin(tracer: otel.Tracer | None, name: str, kind: str, parent: str) -> otel.Span | None:
    if tracer is None:
        return None
    named = name if _NAME.fullmatch(name) else "unnamed"
    context = otel.set_span_in_context(otel.NonRecordingSpan(_read(parent)))
    return tracer.start_span(named, context=context, kind=_KINDS.get(kind, otel.SpanKind.INTERNAL))


def _read(parent: str) -> otel.SpanContext:
    parts = _PARENT.fullmatch(parent)
    if parts is None:
        return otel.INVALID_SPAN_CONTEXT
    trace, span_id, flags = (int(part, 16) for part in parts.groups())
    return otel.SpanContext(trace, span_id, is_remote=True, trace_flags=otel.TraceFlags(flags))


def _written(context: otel.SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def _made_up(parent: str) -> str:
    """Go on in the trace of a parent, or begin one of our own, where nothing is sent anywhere."""
    random = os.urandom(24).hex()
    return f"00-{parent[3:35] or random[:32]}-{random[32:]}-00"
