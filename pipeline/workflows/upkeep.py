"""Standing work, however many workers there are: each looks once a minute for what is to be taken up, and enqueues it.

What is enqueued has an id of its own, so that many looks, and many workers, start it once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from pipeline.model.errors import PipelineError
from pipeline.telemetry import log
from pipeline.telemetry.logs import place_of

_LOOKS_EVERY_S: Final = 60.0

type Look = Callable[[], int]
"""Enqueues what is to be done now, and counts it."""


class Upkeep:
    """Looks for standing work from time to time."""

    def __init__(self, looks: Sequence[Look], *, every_s: float = _LOOKS_EVERY_S) -> None:
        self._looks, self._every_s = tuple(looks), every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_watching(self) -> bool:
        """Say whether somebody looks."""
        return self._thread.is_alive()

    def look(self) -> int:
        """Look once for everything; what fails keeps nothing else from being found, and is looked for again."""
        found = 0
        for look in self._looks:
            try:
                found += look()
            except PipelineError as error:
                log().warning("upkeep.not_enqueued", error=type(error).__name__)
            except Exception as error:  # a fault of ours in one look must not end deletion, notices and all the rest
                log().error("upkeep.broken", error=type(error).__name__, at=place_of(error))
        return found

    def _watch(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(self._every_s):
                return
