"""Can this process work now: database, artifact store and keeper of keys, each asked with little patience.

The answer is kept for a moment, so that whoever asks often costs nothing; and a part that does not answer is not asked
again while the last question still hangs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from itertools import islice
from time import monotonic
from typing import Final

from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.standing import find_any_tenant
from pipeline.store.vault import Vault

PATIENCE_S: Final = 1.2
KEPT_S: Final = 2.0
_NOBODY: Final = TenantId("readiness")

type Ask = Callable[[], object]
"""Raises where the part does not do what it is there for."""


class Readiness:
    """Asks each part, all at once, and remembers what was found."""

    def __init__(self, asks: Mapping[str, Ask], *, patience_s: float = PATIENCE_S, kept_s: float = KEPT_S) -> None:
        self._asks, self._patience_s, self._kept_s = dict(asks), patience_s, kept_s
        self._guard = threading.Lock()
        self._hanging: dict[str, Future[object]] = {}
        self._found: tuple[str, ...] = ()
        self._found_at = float("-inf")

    def faults(self) -> tuple[str, ...]:
        """Name the parts that do not answer or answer wrongly, within the patience; nothing where all is well."""
        with self._guard:
            if monotonic() - self._found_at >= self._kept_s:
                self._found, self._found_at = self._ask_all(), monotonic()
            return self._found

    def _ask_all(self) -> tuple[str, ...]:
        until = monotonic() + self._patience_s
        asked = {name: self._asked(name, ask) for name, ask in self._asks.items()}
        return tuple(name for name, answer in asked.items() if not _is_well(answer, max(0.0, until - monotonic())))

    def _asked(self, name: str, ask: Ask) -> Future[object]:
        hanging = self._hanging.get(name)
        if hanging is not None and not hanging.done():
            return hanging
        answer: Future[object] = Future()
        self._hanging[name] = answer
        threading.Thread(target=_settle, args=(answer, ask), name=f"readiness-{name}", daemon=True).start()
        return answer


def readiness_of(vault: Vault) -> Readiness:
    """Make what asks the parts that every process needs."""
    known: list[TenantId] = []

    def database() -> None:
        if not vault.database.is_reachable():
            raise StoreUnreachable("database")

    def store() -> None:
        list(islice(vault.objects.list_versions("readiness/"), 1))

    def keys() -> None:
        if not known:
            known.extend(find_any_tenant(vault.database))
        ask_keys(vault.keys, known[0] if known else None)

    return Readiness({"database": database, "artifact store": store, "keys": keys})


def ask_keys(keys: Keys, tenant: TenantId | None) -> None:
    """Have the keeper use a key; before there is a tenant, only have it say that it knows none.

    Raises:
        VendorError: it does not answer, or refuses.
    """
    try:
        keys.digest_key(tenant or _NOBODY)
    except NotFound:
        return


def _settle(answer: Future[object], ask: Ask) -> None:
    try:
        answer.set_result(ask())
    except Exception as error:  # whatever it is, the part is not well
        answer.set_exception(error)


def _is_well(answer: Future[object], patience_s: float) -> bool:
    try:
        answer.result(timeout=patience_s)
    except Exception:  # not in time, or not at all
        return False
    return True
