"""The addresses at which a vendor asks for a tenant's calls and tells us of them: absolute, from configuration.

The fragment is Twilio's connection override: without one a 503 of ours would not be asked again. A query is given in
order, because Twilio sends it sorted and signs it as it was given (seen in twilio-php #790).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlencode

from pipeline.model.ids import TenantId


class Again(StrEnum):
    """How often, and after what, an address is to be asked again."""

    DOCUMENT = "#rc=2&rp=5xx,ct,rt"
    """A call waits for the answer."""
    NEWS = "#rc=3&rp=5xx,ct,rt"


def address(public_base: str, tenant: TenantId, route: str, again: Again, query: Mapping[str, str]) -> str:
    """Write the address of a route of a tenant's.

    Args:
        public_base: scheme and host at which the vendor reaches us.
        tenant: whose calls.
        route: the last part of the path.
        again: what is to be done where we do not answer.
        query: ids and enum values, never a number or a name.
    """
    asked = f"?{urlencode(sorted(query.items()))}" if query else ""
    return f"{public_base.rstrip('/')}/twilio/{tenant}/{route}{asked}{again.value}"
