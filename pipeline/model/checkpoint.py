"""A signed statement of how far a tenant's audit log went: what is cut or rewritten later, it shows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.model.errors import IntegrityError

CHECKPOINT_TYP: Final = "earmark-audit-checkpoint+jws"
_VERSION: Final = 1
_MEMBERS: Final = frozenset({"at", "hash", "previous", "seq", "tenant", "version"})
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log had `seq` events then, and the last one's hash was `hash`.

    `previous` is the SHA-256 of the statement before; None for the first.
    """

    tenant: str
    seq: int
    hash: str
    at: datetime
    previous: str | None

    def payload(self) -> bytes:
        """Write what is signed; the same checkpoint always gives the same bytes."""
        body = {
            "version": _VERSION,
            "tenant": self.tenant,
            "seq": self.seq,
            "hash": self.hash,
            "at": self.at.isoformat(),
            "previous": self.previous,
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    @property
    def object_key(self) -> str:
        """Say where the statement lies: `audit/<tenant>/<yyyy>/<mm>/<seq>`, so that keys are in the log's order."""
        return f"{checkpoint_prefix(self.tenant)}{self.at:%Y/%m}/{self.seq:012d}"


def checkpoint_prefix(tenant: str) -> str:
    """Give the prefix that all of a tenant's checkpoints, and nothing else, begin with."""
    return f"audit/{tenant}/"


def read_checkpoint(payload: bytes) -> Checkpoint:
    """Read what was signed.

    Raises:
        IntegrityError: not a checkpoint of a form that is known here.
    """
    try:
        body: Any = json.loads(payload)
        if set(body) != _MEMBERS or body["version"] != _VERSION or type(body["seq"]) is not int or body["seq"] < 1:
            raise ValueError
        for digest in (body["hash"], *filter(None, [body["previous"]])):
            if not _DIGEST.fullmatch(digest):
                raise ValueError
        return Checkpoint(
            tenant=str(body["tenant"]),
            seq=body["seq"],
            hash=body["hash"],
            at=datetime.fromisoformat(body["at"]),
            previous=body["previous"],
        )
    except (ValueError, TypeError, KeyError):
        raise IntegrityError("signed, but not a checkpoint of a form that is known here") from None
