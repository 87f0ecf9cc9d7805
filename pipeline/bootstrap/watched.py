"""Every call of a port is timed, its failures counted by code, and stands in the trace, whichever adapter fills it.

The adapters know nothing of it. Arguments and answers are not looked at.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Any, cast

from pipeline.model.errors import StoreError, VendorError
from pipeline.telemetry import metrics, traces


def watched[Port](port: Port, name: str) -> Port:
    """Give an adapter that is watched; for everybody else it is the adapter.

    Args:
        port: the adapter.
        name: of the port, as figures and traces tell it.
    """
    return cast("Port", _Watched(port, name))


class _Watched:
    def __init__(self, port: object, name: str) -> None:
        object.__setattr__(self, "_port", port)
        object.__setattr__(self, "_name", name)

    @property  # type: ignore[misc]  # `isinstance` sees what is watched, and nothing sets it
    def __class__(self) -> type:
        return type(self._port)

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if attribute.startswith("_") or not inspect.ismethod(found):
            return found
        called = _called(self._name, attribute, found)
        object.__setattr__(self, attribute, called)
        return called

    def __setattr__(self, attribute: str, value: object) -> None:
        setattr(self._port, attribute, value)


def _called(port: str, operation: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        with _watching(port, operation):
            answer = method(*given, **named)
        return _followed(port, operation, answer) if inspect.isgenerator(answer) else answer

    return call


def _followed(port: str, operation: str, pages: Iterator[Any]) -> Iterator[Any]:
    """Hand on what comes bit by bit; a failure on the way is counted like one at the beginning."""
    try:
        yield from pages
    except (VendorError, StoreError) as error:
        _count(port, operation, error)
        raise


@contextmanager
def _watching(port: str, operation: str) -> Iterator[None]:
    began = perf_counter()
    try:
        with traces.span(f"{port} {operation}", kind="client", operation=operation):
            yield
    except (VendorError, StoreError) as error:
        _count(port, operation, error)
        raise
    finally:
        metrics.labelled(metrics.PORT_SECONDS, port, operation).observe(perf_counter() - began)


def _count(port: str, operation: str, error: VendorError | StoreError) -> None:
    kind = type(error).__name__
    if port == "keys":
        metrics.count(metrics.KEY_ERRORS, operation, kind)
    elif isinstance(error, VendorError):
        metrics.count(metrics.VENDOR_ERRORS, error.vendor.replace(" ", "_"), operation, error.status or "none", kind)
    else:
        metrics.count(metrics.STORE_ERRORS, operation, kind)
