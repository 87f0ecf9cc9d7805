"""A signed statement as the row that lists it: every field is read from what was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from pipeline.consent import jws
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.store.certificates import Certificate


def read_certificate(statement: str, *, pinned: Mapping[str, bytes]) -> Certificate:
    """Read a certificate of a purge or of a closure.

    Args:
        statement: the signed statement, as the ledger has it.
        pinned: public keys by their ids; a statement of any other is refused.

    Raises:
        IntegrityError: it is not signed by one of them.
    """
    signed = jws.verify(statement, typ=CERTIFICATE_TYPE, pinned=pinned)
    told = json.loads(signed.payload)
    return Certificate(
        id=f"{told['purge']}-{told['edition']}-{told['part']}",
        purge=told["purge"],
        edition=told["edition"],
        part=told["part"],
        parts=told["parts"],
        kid=signed.kid,
        sha256=hashlib.sha256(statement.encode()).hexdigest(),
        statement=statement,
        signed_at=datetime.fromisoformat(told["signed_at"]),
    )
