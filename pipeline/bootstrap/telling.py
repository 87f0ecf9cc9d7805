"""Where a process tells of itself, as the settings say: a port for figures and health, a collector for traces."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version

from pipeline.model.errors import InvalidInput
from pipeline.settings import Settings
from pipeline.telemetry import metrics
from pipeline.telemetry.listener import Listener, Told
from pipeline.telemetry.traces import Traces


@contextmanager
def listening(settings: Settings, port: int | None, told: Told) -> Iterator[int | None]:
    """Answer on a port of its own as long as the block runs; on none where none is set.

    Raises:
        InvalidInput: the address cannot be listened on.
    """
    if port is None:
        yield None
        return
    try:
        listener = Listener(settings.metrics.host, port, told)
    except OSError as error:
        raise InvalidInput(f"port {port} for figures cannot be listened on: {error.strerror}") from None
    listener.start()
    try:
        yield listener.port
    finally:
        listener.close()


@contextmanager
def traces_of(settings: Settings, part: str) -> Iterator[None]:
    """Send traces as long as the block runs, where an endpoint is set."""
    if settings.traces.endpoint is None:
        yield
        return
    traces = Traces(settings.traces.endpoint, part=part, version=version("earmark"), share=settings.traces.share)
    traces.install()
    try:
        yield
    finally:
        traces.close()


def metrics_token(settings: Settings) -> str:
    """Give the token that figures are read with; empty where none is set."""
    return settings.metrics.token.get_secret_value() if settings.metrics.token else ""


def disk_of(settings: Settings) -> Callable[[], None]:
    """Make what looks how much of the disk is free, whenever somebody asks for the figures."""

    def look() -> None:
        place = settings.data_dir if settings.data_dir.exists() else settings.data_dir.resolve().anchor
        usage = shutil.disk_usage(place)
        metrics.DISK_FREE.set(usage.free / usage.total)

    return look
