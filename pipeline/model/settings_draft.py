"""What somebody wants to change of how a tenant is set up, and what was changed by whom.

A draft holds the changes alone, so that it can be held against the settings as they stand by the time it is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology

_TUPLES: Final = (
    "establishment", "engines", "regulated_in", "hide_words", "keep_words", "regulated_evidence",
)  # fmt: skip
_ENUMS: Final[Mapping[str, type[OnDecline] | type[Topology]]] = {"on_decline": OnDecline, "topology": Topology}
_SETTINGS: Final = tuple(f.name for f in fields(TenantSettings))
_SECRETS: Final = tuple(f.name for f in fields(TenantSecrets))
_NOT_DRAFTED: Final = ("instance",)
"""A developer's own instance is set when a tenant is taken on, and never moved."""


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACTIVATED = "activated"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN: Final = (DraftState.DRAFT, DraftState.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChanges:
    """New values by name, as JSON has them. A wording of None goes back to ours. Never shown in a repr."""

    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    wordings: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    """By `script:locale`."""
    display_name: str | None = field(default=None, repr=False)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing would change."""
        return not self.settings and not self.secrets and not self.wordings and self.display_name is None

    def with_more(self, more: DraftChanges) -> DraftChanges:
        """Give these changes with others on top."""
        return DraftChanges(
            settings={**self.settings, **more.settings},
            secrets={**self.secrets, **more.secrets},
            wordings={**self.wordings, **more.wordings},
            display_name=self.display_name if more.display_name is None else more.display_name,
        )

    def without(self, name: str) -> DraftChanges:
        """Give these changes without one, by its name."""
        return DraftChanges(
            settings={k: v for k, v in self.settings.items() if k != name},
            secrets={k: v for k, v in self.secrets.items() if k != name},
            wordings={k: v for k, v in self.wordings.items() if f"wording {k}" != name},
            display_name=None if name == "display_name" else self.display_name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Changes on their way to be in force."""

    id: str
    state: DraftState
    revision: int
    """Grows with every change of the draft itself: who changes it says which one they saw."""
    based_on: int
    """The tenant's version that it was held against last; it is activated over no other."""
    changes: DraftChanges = field(repr=False)
    created_by: str
    editors: tuple[str, ...]
    """Everybody who had a hand in it: none of them activates it."""
    created_at: datetime
    changed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether anything can still become of it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs. What is secret has no values here, and neither has a word that hides or keeps."""

    name: str
    before: Any = None
    after: Any = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One entry of the history of how a tenant was set up."""

    id: int
    draft: str | None
    """None where it was changed by the command line."""
    version: int
    changes: tuple[Change, ...]
    drafted_by: str
    activated_by: str
    at: datetime


def with_changes(tenant: Tenant, changes: DraftChanges) -> Tenant:
    """Give a tenant as it would stand with changes; they are read, and not yet held against any rule.

    Raises:
        InvalidInput: a name that is no setting, or a value of another type than its setting has.
    """
    unknown = (changes.settings.keys() - set(_SETTINGS)) | (changes.secrets.keys() - set(_SECRETS))
    if unknown or changes.settings.keys() & set(_NOT_DRAFTED):
        raise InvalidInput("there is no setting of that name to change")
    return replace(
        tenant,
        display_name=changes.display_name or tenant.display_name,
        settings=replace(tenant.settings, **_read(tenant.settings, changes.settings)),
        secrets=replace(tenant.secrets, **_read(tenant.secrets, changes.secrets)),
        wordings={k: v for k, v in {**tenant.wordings, **changes.wordings}.items() if v is not None},
    )


def differences(before: Tenant, after: Tenant) -> tuple[Change, ...]:
    """List what differs between two states of a tenant, by name; secrets only as changed."""
    return tuple(sorted(_differing(before, after), key=lambda change: change.name))


def _differing(before: Tenant, after: Tenant) -> Iterator[Change]:
    own = ("display_name", "policy_id", "account_sid")
    old = asdict(before.settings) | {name: getattr(before, name) for name in own}
    new = asdict(after.settings) | {name: getattr(after, name) for name in own}
    for name, value in old.items():
        if value != new[name]:
            yield Change(name=name, before=_plain(value), after=_plain(new[name]))
    for name in _SECRETS:
        if getattr(before.secrets, name) != getattr(after.secrets, name):
            yield Change(name=name, is_secret=True)
    one, other = before.wordings, after.wordings
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Change(name=f"wording {name}", before=_digest(one.get(name)), after=_digest(other.get(name)))


def _read(now: TenantSettings | TenantSecrets, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, getattr(now, name), value) for name, value in given.items()}


def _value(name: str, present: Any, value: Any) -> Any:
    """Take a value of JSON as its setting has it."""
    wrong = InvalidInput(f"{name} has a value of another kind")
    if name in _ENUMS:
        try:
            return _ENUMS[name](value)
        except ValueError:
            raise wrong from None
    if name in _TUPLES:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise wrong
        return tuple(value)
    if name in ("threshold", "padding_ms", "webhook_key"):
        kinds: tuple[type, ...] = (str,) if name == "webhook_key" else (int, float)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
            raise wrong
        return value
    if isinstance(present, bool) is not isinstance(value, bool) or not isinstance(value, _kind(present)):
        raise wrong
    return value


def _kind(present: Any) -> Any:
    return Mapping if isinstance(present, Mapping) else type(present)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _digest(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
