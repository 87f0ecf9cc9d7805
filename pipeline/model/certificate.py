"""What a deletion certificate and the ledger's lines say: ids, digests, versions, days; never what was destroyed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.model.errors import IntegrityError

CERTIFICATE_TYPE: Final = "earmark-deletion-certificate+jws"
LEDGER_TYPE: Final = "earmark-ledger+jws"
FORMAT: Final = "deletion.certificate"
CLOSURE_FORMAT: Final = "closure.certificate"
CLOSED_LINE: Final = "closed"
"""The name of the line that tells of a closed account."""
OBJECTS_A_PART: Final = 1000
"""So many objects stand in one statement; a purge of more has its certificate in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What the ledger says of one purge: what is to stay gone, wherever an older copy brings it back from."""

    tenant: str
    purge: str
    subject_kind: str
    subject_id: str
    cause: str
    clause: Mapping[str, str]
    objects: tuple[tuple[str, str], ...]
    """Artifact and object key of each."""
    recording_sid: str | None = None
    is_whole: bool = False
    """Nothing with words, sound or numbers was left: the rows were reduced too."""
    closed_on: str | None = None
    """Set where the line tells that the account is closed."""
    is_key_destroyed: bool = False
    successor: str | None = None
    """Public key (hex) that signs for the closed account once its own is gone."""


def to_bytes(value: Mapping[str, Any]) -> bytes:
    """Write a statement as the one sequence of bytes that is signed: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def line_to_plain(line: LedgerLine) -> dict[str, Any]:
    """Write a line for signing."""
    return {
        "format": "ledger.line",
        "version": 1,
        "tenant": line.tenant,
        "purge": line.purge,
        "subject": {"kind": line.subject_kind, "id": line.subject_id},
        "cause": line.cause,
        "clause": dict(line.clause),
        "objects": [list(pair) for pair in line.objects],
        "recording_sid": line.recording_sid,
        "is_whole": line.is_whole,
        "closed_on": line.closed_on,
        "is_key_destroyed": line.is_key_destroyed,
        "successor": line.successor,
    }


def line_from_bytes(payload: bytes) -> LedgerLine:
    """Read a line whose signature was checked.

    Raises:
        IntegrityError: not a line of a version that is known here.
    """
    try:
        document = json.loads(payload)
        if (document["format"], document["version"]) != ("ledger.line", 1):
            raise IntegrityError("a line of the ledger is of another version")
        return LedgerLine(
            tenant=document["tenant"],
            purge=document["purge"],
            subject_kind=document["subject"]["kind"],
            subject_id=document["subject"]["id"],
            cause=document["cause"],
            clause=document["clause"],
            objects=tuple((artifact, key) for artifact, key in document["objects"]),
            recording_sid=document["recording_sid"],
            is_whole=document["is_whole"],
            closed_on=document["closed_on"],
            is_key_destroyed=document["is_key_destroyed"],
            successor=document["successor"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("a line of the ledger cannot be read") from error


def parts_of[T](things: Sequence[T]) -> list[Sequence[T]]:
    """Cut what was destroyed into what one statement holds; nothing at all is still one part."""
    starts = range(0, max(len(things), 1), OBJECTS_A_PART)
    return [things[start : start + OBJECTS_A_PART] for start in starts]
