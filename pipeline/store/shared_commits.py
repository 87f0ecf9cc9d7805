"""Commits shared by requests that come at the same time.

A commit waits for the disk, and a statement for its way to the server and back; a hundred requests in a second pay for
both a hundred times. Here the requests that wait are gathered: those of one tenant that ask for the same act are given
to it together, and all tenants' acts are committed by one transaction. A request is answered only after that commit.

No request is hurt by another: where an act fails, the transaction is rolled back, the works of that tenant are run
again each alone, and everybody else's together once more. A lock that is held elsewhere is not waited for here. An act
must therefore bear to be run again after it was rolled back, and must give the same for many as for one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.store.session import Database, Transaction

type Act[Item, Made] = Callable[[Transaction, Sequence[Item]], Sequence[Made]]

_MOST: Final = 64
_LOCK_WAIT_MS: Final = 200
"""Less than the second after which the server itself looks for two who wait for each other."""
_ALONE_AT_ONCE: Final = 4
_APART_S: Final = 2.0


class TenantChanged(StoreUnreachable):
    """The tenant was changed after it was read; read it again and ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    owner: Tenant
    act: Act[Any, Any]
    item: Any = field(repr=False)
    answer: Future[Any] = field(default_factory=Future)


class _Spoilt(Exception):
    """A group's act failed, and nothing of the transaction stays."""

    def __init__(self, tenant: TenantId) -> None:
        self.tenant = tenant


class SharedCommits:
    """Runs acts of many requests in common transactions."""

    def __init__(self, database: Database, *, most: int = _MOST) -> None:
        """Begin nothing yet; threads live while there is work.

        Args:
            database: where the acts are done.
            most: requests in one transaction; 1 gives each its own.
        """
        self._database, self._most = database, most
        self._waiting: deque[_Work] = deque()
        self._guard = threading.Lock()
        self._is_running = False
        self._apart: dict[TenantId, float] = {}
        self._together = ThreadPoolExecutor(1, "shared-commits")
        self._alone = ThreadPoolExecutor(_ALONE_AT_ONCE, "single-commits")

    def submit[Item, Made](self, owner: Tenant, act: Act[Item, Made], item: Item) -> Future[Made]:
        """Have an act done for an item, together with others that come meanwhile.

        Args:
            owner: the tenant as it was read; the act is done only if that is still how it stands.
            act: works on the items of one tenant; gives one result for each, in their order.
            item: what this request brings.

        Returns:
            The act's result, once it is committed; or what kept it from being so. `TenantChanged` where the owner is
            out of date, `StoreUnreachable` where the database is.
        """
        work = _Work(owner=owner, act=act, item=item)
        with self._guard:
            self._waiting.append(work)
            if not self._is_running:
                self._is_running = True
                self._together.submit(self._run)
        return work.answer

    def _run(self) -> None:
        while batch := self._gather():
            groups: dict[tuple[TenantId, Any], list[_Work]] = {}
            for work in batch:
                if self._is_apart(work.owner.id):
                    self._alone.submit(self._run_alone, work)
                else:
                    groups.setdefault((work.owner.id, work.act), []).append(work)
            self._run_groups(groups)

    def _gather(self) -> list[_Work]:
        with self._guard:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            self._is_running = bool(batch)
        return batch

    def _is_apart(self, tenant: TenantId) -> bool:
        return bool(self._apart) and time.monotonic() < self._apart.get(tenant, 0.0)

    def _run_groups(self, groups: dict[tuple[TenantId, Any], list[_Work]]) -> None:
        while groups:
            try:
                made = self._commit(groups)
            except _Spoilt as spoilt:
                self._set_apart(spoilt.tenant, groups)
            except Exception as error:
                made = [(work, error) for works in groups.values() for work in works]
                return _tell(made)
            else:
                return _tell(made)
        return None

    def _set_apart(self, tenant: TenantId, groups: dict[tuple[TenantId, Any], list[_Work]]) -> None:
        """Run a tenant's works alone, also the next for a while, so that its trouble does not cost all the others."""
        self._apart[tenant] = time.monotonic() + _APART_S
        for key in [key for key in groups if key[0] == tenant]:
            for work in groups.pop(key):
                self._alone.submit(self._run_alone, work)

    def _commit(self, groups: dict[tuple[TenantId, Any], list[_Work]]) -> list[tuple[_Work, Any]]:
        made: list[tuple[_Work, Any]] = []
        with self._database.shared_transaction(lock_wait_ms=_LOCK_WAIT_MS) as enter:
            # Two processes that share tenants take their locks in one order.
            for (tenant, act), works in sorted(groups.items(), key=lambda group: group[0][0]):
                try:
                    made += _act(enter(tenant), act, works)
                except Exception as error:
                    if getattr(error, "connection_invalidated", False):
                        raise
                    raise _Spoilt(tenant) from error
        return made

    def _run_alone(self, work: _Work) -> None:
        try:
            with self._database.transaction(work.owner.id) as tx:
                made = _act(tx, work.act, [work])
        except Exception as error:
            made = [(work, error)]
        _tell(made)


def _act(tx: Transaction, act: Act[Any, Any], works: Sequence[_Work]) -> list[tuple[_Work, Any]]:
    current = [work for work in works if work.owner.version == tx.version]
    stale = [(work, TenantChanged("tenant")) for work in works if work.owner.version != tx.version]
    results = act(tx, [work.item for work in current]) if current else ()
    return [*stale, *zip(current, results, strict=True)]


def _tell(made: Sequence[tuple[_Work, Any]]) -> None:
    for work, result in made:
        if not work.answer.set_running_or_notify_cancel():
            continue  # whoever asked has gone; what was done stays done
        if isinstance(result, Exception):
            work.answer.set_exception(result)
        else:
            work.answer.set_result(result)
