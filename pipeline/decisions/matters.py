"""Opening and closing matters, the cases that legal holds belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.holds import list_holds
from pipeline.store.matters import Matter, add_matter, find_matter, mark_closed, note_matter
from pipeline.store.session import Transaction

_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_OWNER: Final = re.compile(r"[a-z]+:[A-Za-z0-9._-]{1,64}")


def open_matter(
    tx: Transaction, keys: Keys, *, matter: str, title: str, owners: Sequence[str], actor: str, via: str = ""
) -> Matter:
    """Open a matter, or name one that a hold opened; its title is sealed.

    Args:
        tx: the tenant's transaction.
        keys: under which the title is sealed.
        matter: its reference.
        title: what the case is called, for people.
        owners: who may read what it holds, as actors such as `user:ada`; whoever opens it where none is named.
        actor: who opens it.
        via: by what the actor came.

    Raises:
        InvalidInput: a reference, title or owner that cannot be one.
        Conflict: it is open under a title, or was closed.
    """
    _check_reference(matter)
    if not title.strip():
        raise InvalidInput("a matter needs a title")
    named = tuple(dict.fromkeys(owners)) or (actor,)
    if not all(_OWNER.fullmatch(owner) for owner in named):
        raise InvalidInput("an owner is an actor such as user:ada")
    if not add_matter(tx, matter, owners=named, actor=actor, title=title, keys=keys):
        raise Conflict(f"the matter {matter} is open already, or was closed")
    facts: Facts = {"owners": ",".join(named), "via": via}
    add_event(tx, AuditTag.MATTER_OPENED, actor=actor, target=matter, facts=facts)
    return _get(tx, matter)


def close_matter(tx: Transaction, *, matter: str, actor: str, via: str = "") -> Matter:
    """Close a matter that holds nothing any more.

    Raises:
        NotFound: no such matter.
        Conflict: a hold of it is in force.
        IllegalTransition: it is closed.
    """
    found = find_matter(tx, matter, is_locked=True)
    if found is None:
        raise NotFound("no such matter")
    if found.closed_at is not None:
        raise IllegalTransition(f"the matter {matter} is closed")
    count = sum(hold.matter == matter for hold in list_holds(tx, is_in_force=True))
    if count:
        raise Conflict(f"the matter {matter} has {count} holds in force")
    mark_closed(tx, matter, actor=actor)
    add_event(tx, AuditTag.MATTER_CLOSED, actor=actor, target=matter, facts={"via": via})
    return _get(tx, matter)


def check_takes_holds(tx: Transaction, matter: str) -> None:
    """Make sure that a matter may hold something, and keep it from being closed meanwhile.

    Raises:
        InvalidInput: not a reference.
        IllegalTransition: it is closed.
    """
    _check_reference(matter)
    found = find_matter(tx, matter, is_locked=True)
    if found is not None and found.closed_at is not None:
        raise IllegalTransition(f"the matter {matter} is closed")


def open_for_hold(tx: Transaction, matter: str, *, actor: str) -> None:
    """Open a hold's matter where nobody did."""
    if note_matter(tx, matter, actor=actor):
        add_event(tx, AuditTag.MATTER_OPENED, actor=actor, target=matter, facts={"owners": actor})


def _check_reference(matter: str) -> None:
    if not _REFERENCE.fullmatch(matter):
        raise InvalidInput("a matter is named by a reference of letters, digits, dots, slashes and hyphens")


def _get(tx: Transaction, matter: str) -> Matter:
    found = find_matter(tx, matter)
    if found is None:
        raise NotFound("no such matter")
    return found
