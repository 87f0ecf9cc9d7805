"""Which scope of a key a route of the API asks for: by the first word of its path, and by whether it changes anything.

A path that is not listed asks for every scope, so that a new route is closed until somebody has thought of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.model.api_key import ALL_SCOPES, KeyHolder, Scope

_READS: Final = ("GET", "HEAD")
_OF_PATH: Final[Mapping[str, tuple[Scope, Scope]]] = {
    "calls": (Scope.CALLS_READ, Scope.CALLS_WRITE),
    "recordings": (Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE),
    "receipt-keys": (Scope.RECEIPTS_READ, Scope.RECEIPTS_READ),
    "receipts": (Scope.RECEIPTS_READ, Scope.RECEIPTS_READ),
    "subject-requests": (Scope.SUBJECTS_READ, Scope.SUBJECTS_WRITE),
}
"""What reading and what changing asks for."""
_RECEIPTS: Final = "receipts"


def scopes_needed(method: str, path: str) -> frozenset[Scope]:
    """Say what a request needs.

    Args:
        method: of HTTP.
        path: such as `/api/v1/calls/CA.../withdraw`.
    """
    words = path.removeprefix("/api/v1/").split("/")
    if method in _READS and words[-1] == _RECEIPTS:
        return frozenset({Scope.RECEIPTS_READ})
    pair = _OF_PATH.get(words[0])
    return ALL_SCOPES if pair is None else frozenset({pair[0] if method in _READS else pair[1]})


def is_allowed(holder: KeyHolder, method: str, path: str) -> bool:
    """Say whether a key may make a request."""
    return scopes_needed(method, path) <= holder.scopes
