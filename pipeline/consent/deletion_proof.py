"""A deletion certificate checked offline: every signature, every part there, and every object counted once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.consent import jws
from pipeline.consent.receipt_proof import Trusted
from pipeline.model.certificate import CERTIFICATE_TYPE, CLOSURE_FORMAT, FORMAT
from pipeline.model.errors import IntegrityError, InvalidInput

EXPORT: Final = "earmark.deletion-certificates"
MOST_BYTES: Final = 100_000_000
FORMATS: Final = (FORMAT, CLOSURE_FORMAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A certificate whose every part holds. `is_pinned` False: only the file itself says whose key it is."""

    tenant: str
    purge: str
    edition: int
    kids: tuple[str, ...]
    statements: tuple[Mapping[str, Any], ...]
    is_pinned: bool

    @property
    def destroyed(self) -> list[Mapping[str, Any]]:
        """Give what was destroyed, of all parts."""
        return [one for statement in self.statements for one in statement.get("destroyed", ())]


def write_export(statements: Sequence[str], public_keys: Sequence[bytes], *, tenant: str) -> dict[str, Any]:
    """Put signed parts and the keys they are checked with into one document."""
    keys = jws.write_jwks(public_keys, tenant=tenant)
    return {"format": EXPORT, "version": 1, "tenant": tenant, "certificates": list(statements), "jwks": keys}


def check_file(body: bytes, *, trusted: Trusted | None = None) -> Proof:
    """Check an export of a certificate.

    Args:
        body: the file.
        trusted: keys that the reader has from elsewhere; None takes those of the file.

    Raises:
        InvalidInput: not such a file.
        IntegrityError: a signature, a part, or a count does not hold.
    """
    try:
        document = json.loads(body)
        if (document["format"], document["version"]) != (EXPORT, 1):
            raise InvalidInput("not a deletion certificate of a version that is known here")
        tokens = [str(token) for token in document["certificates"]]
        own = jws.read_jwks(document["jwks"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("not a deletion certificate") from error
    pinned = own if trusted is None else trusted.keys
    signed = [jws.verify(token, typ=CERTIFICATE_TYPE, pinned=pinned) for token in tokens]
    statements = tuple(json.loads(one.payload) for one in signed)
    _check_whole(statements)
    first = statements[0]
    if trusted is not None and trusted.tenant not in (None, first["tenant"]):
        raise IntegrityError("the keys are another tenant's")
    return Proof(
        tenant=first["tenant"],
        purge=first["purge"],
        edition=first["edition"],
        kids=tuple(dict.fromkeys(one.kid for one in signed)),
        statements=statements,
        is_pinned=trusted is not None,
    )


def _check_whole(statements: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a set that lacks a part, mixes two certificates, or counts otherwise than it lists."""
    if not statements:
        raise IntegrityError("the file holds no certificate")
    named = {(s["format"], s["tenant"], s["purge"], s["edition"], s["parts"]) for s in statements}
    if len(named) != 1 or statements[0]["format"] not in FORMATS:
        raise IntegrityError("the parts belong to different certificates")
    if [s["part"] for s in statements] != list(range(1, statements[0]["parts"] + 1)):
        raise IntegrityError("a part of the certificate is missing, repeated or out of order")
    listed = [one["artifact"] for s in statements for one in s.get("destroyed", ())]
    if len(listed) != len(set(listed)) or any(s.get("objects", len(listed)) != len(listed) for s in statements):
        raise IntegrityError("the certificate counts otherwise than it lists")
