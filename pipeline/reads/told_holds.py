"""Holds and matters as the tenant's own people see them.

What was placed for a demand of law of which the tenant may not know yet is not there, until the tenant was told: it is
in no list, has no page, and nobody of the tenant releases it. It is in force all the same, so a decision still says
that a hold keeps a copy; it does not name it (`model.decision.told_record`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipeline.model.errors import NotFound
from pipeline.ports.keys import Keys
from pipeline.store.holds import Hold, get_hold, list_holds
from pipeline.store.legal_requests import list_untold
from pipeline.store.matters import Matter, list_matters
from pipeline.store.session import Transaction


def list_told_holds(tx: Transaction, *, is_in_force: bool = False) -> tuple[Hold, ...]:
    """List every hold that the tenant may know of, or only those in force."""
    return only_told(list_holds(tx, is_in_force=is_in_force), list_untold(tx))


def get_told_hold(tx: Transaction, hold: str) -> Hold:
    """Read a hold.

    Raises:
        NotFound: the tenant has no such hold, or may not know of it yet.
    """
    found = only_told([get_hold(tx, hold)], list_untold(tx))
    if not found:
        raise NotFound(f"no hold {hold}")
    return found[0]


def list_told_matters(tx: Transaction, *, keys: Keys | None = None) -> tuple[Matter, ...]:
    """List the matters that the tenant may know of, the first opened first; with `keys` their titles are opened."""
    untold = list_untold(tx)
    return tuple(matter for matter in list_matters(tx, keys=keys) if matter.id not in untold)


def only_told(holds: Iterable[Hold], untold: Collection[str]) -> tuple[Hold, ...]:
    """Leave out the holds of demands of which the tenant may not know yet."""
    return tuple(hold for hold in holds if hold.matter not in untold)
