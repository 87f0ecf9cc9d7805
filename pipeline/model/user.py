"""Who works in the console, and what each may do there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,40}")


class Role(StrEnum):
    """What somebody is trusted with. A role opens nothing that another one opens unless both are given."""

    TENANT_ADMIN = "tenant_admin"
    """Users, keys, the connection to the vendor; activates settings."""
    SETTINGS_EDITOR = "settings_editor"
    """Drafts settings, which somebody else activates."""
    REVIEWER = "reviewer"
    """Reads what is redacted and corrects the redaction."""
    PRIVILEGED_REVIEWER = "privileged_reviewer"
    """A reviewer who may ask for a reveal, or allow another's."""
    AUDITOR = "auditor"
    """Reads decisions, logs and settings; changes nothing."""
    OPERATOR = "operator"
    """Runs what failed again; works on requests, holds and deletions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person of a tenant."""

    id: str
    tenant: TenantId
    login: str
    """What the person is called in the log: `user:<login>`. Never an address."""
    roles: frozenset[Role]
    locale: str = "en"
    is_active: bool = True
    must_change_password: bool = False

    @property
    def actor(self) -> str:
        """The name under which the person's acts stand in the audit log."""
        return f"user:{self.login}"


def login_name(text: str) -> str:
    """Accept a login.

    Raises:
        InvalidInput: not 2 to 41 of a-z, 0-9, dot, underscore and hyphen, or an address.
    """
    if not _LOGIN.fullmatch(text):
        raise InvalidInput("a login is 2 to 41 of a-z, 0-9, dot, underscore and hyphen, and no address")
    return text
