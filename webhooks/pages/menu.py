"""What stands in the console's menu, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.model.user import Role


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place to go to."""

    path: str
    label: str
    roles: frozenset[Role]
    is_here: bool = False


ROLE_NAMES: Final = {
    Role.TENANT_ADMIN: _("Tenant admin"),
    Role.SETTINGS_EDITOR: _("Settings editor"),
    Role.REVIEWER: _("Reviewer"),
    Role.PRIVILEGED_REVIEWER: _("Privileged reviewer"),
    Role.AUDITOR: _("Auditor"),
    Role.OPERATOR: _("Operator"),
}
_ANYBODY: Final = frozenset(Role)
_READS_CALLS: Final = frozenset({Role.REVIEWER, Role.PRIVILEGED_REVIEWER, Role.AUDITOR})
_QUALITY: Final = Entry(path="/review/quality", label=_("Review"), roles=frozenset({Role.TENANT_ADMIN}))
"""An administrator reads no call, and sets at what rates calls are read by others."""
_ENTRIES: Final = (
    Entry(
        path="/review",
        label=_("Review"),
        roles=_READS_CALLS,
    ),
    Entry(path="/operations", label=_("Operations"), roles=_ANYBODY),
    Entry(
        path="/settings",
        label=_("Settings"),
        roles=frozenset({Role.TENANT_ADMIN, Role.SETTINGS_EDITOR, Role.AUDITOR, Role.OPERATOR}),
    ),
)


def entries_for(roles: frozenset[Role], path: str) -> tuple[Entry, ...]:
    """List the places that somebody with these roles may go to; the one that is open is marked."""
    entries = _ENTRIES if roles & _READS_CALLS else (_QUALITY, *_ENTRIES)
    return tuple(
        Entry(path=entry.path, label=entry.label, roles=entry.roles, is_here=_is_under(path, entry.path))
        for entry in entries
        if roles & entry.roles
    )


def _is_under(path: str, parent: str) -> bool:
    return path == parent or path.startswith(f"{parent}/")
