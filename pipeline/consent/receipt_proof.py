"""Checking receipts with nothing but files: one signed statement, or an export of a call's.

Offline, and without believing anything that the file says of itself: every signature is recomputed, every field has
its shape, words have the digest they are filed under, and where a log is given each receipt has its place in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from pipeline.consent import jws
from pipeline.consent.receipt import TYP
from pipeline.consent.receipt_form import ExportPart, ReceiptPart, WordingPart
from pipeline.model.audit import AuditEvent, AuditTag, find_break
from pipeline.model.errors import IntegrityError, InvalidInput

MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Keys that the reader has from elsewhere, with the tenant they are said to be of."""

    keys: Mapping[str, bytes]
    tenant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt whose signature holds."""

    receipt: ReceiptPart
    document: Mapping[str, Any]
    kid: str
    sha256: str
    audit_seq: int | None = None
    """Its place in the log that was given; None where none was."""
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a file proves. Not pinned: whole, but by keys that only the file itself vouches for."""

    receipts: tuple[CheckedReceipt, ...]
    is_pinned: bool
    is_in_log: bool
    wordings: Mapping[str, WordingPart] = field(default_factory=dict)


def read_trusted(text: bytes) -> Trusted:
    """Read a key set that the reader trusts.

    Raises:
        InvalidInput: it is not one, or has no key.
    """
    document = _json(text, what="the key set")
    keys = jws.read_jwks(document)
    tenant = document.get("tenant") if isinstance(document, dict) else None
    if not keys or not isinstance(tenant, str | None):
        raise InvalidInput("the key set has no key, or no tenant that is a name")
    return Trusted(keys=keys, tenant=tenant)


def check_file(text: bytes, *, trusted: Trusted | None, log: Iterable[AuditEvent] | None) -> Proof:
    """Check everything in a file; the first thing that does not hold ends it.

    Args:
        text: a signed statement, or an export.
        trusted: keys from elsewhere; None takes those in the file.
        log: the tenant's audit log from its first event; None asks for no place in it.

    Raises:
        InvalidInput: the file is neither.
        IntegrityError: something in it was altered, exchanged, or signed by somebody else.
    """
    export = _export(text)
    tokens = (_token(text),) if export is None else export.receipts
    if not tokens:
        raise InvalidInput("there is no receipt in the file")
    keys = trusted.keys if trusted else (jws.read_jwks(export.jwks) if export else None)
    receipts = tuple(_checked(token, keys) for token in tokens)
    _check_belongs(receipts, export, trusted)
    wordings = _checked_wordings(export) if export else {}
    if log is not None:
        receipts = _placed(receipts, log)
    return Proof(receipts=receipts, is_pinned=trusted is not None, is_in_log=log is not None, wordings=wordings)


def _export(text: bytes) -> ExportPart | None:
    """Read an export; None where the file is no JSON document, and so perhaps one statement."""
    if not text.lstrip().startswith(b"{"):
        return None
    try:
        return ExportPart.model_validate(_json(text, what="the file"))
    except ValidationError as error:
        path = ".".join(str(part)[:40] for part in error.errors(include_input=False)[0]["loc"][:3])
        raise InvalidInput(f"not an export of receipts: {path} is not as it should be") from None


def _token(text: bytes) -> str:
    token = text.strip().decode("latin-1")
    if "." not in token or any(c.isspace() for c in token):
        raise InvalidInput("the file is neither a receipt nor an export of receipts")
    return token


def _checked(token: str, keys: Mapping[str, bytes] | None) -> CheckedReceipt:
    signed = jws.verify(token, typ=TYP, pinned=keys)
    try:
        document = _json(signed.payload, what="the receipt")
        receipt = ReceiptPart.model_validate(document)
    except (InvalidInput, ValidationError):
        raise IntegrityError("it is signed, but not a receipt of a form that is known here") from None
    digest = hashlib.sha256(token.encode()).hexdigest()
    return CheckedReceipt(receipt=receipt, document=document, kid=signed.kid, sha256=digest)


def _check_belongs(receipts: tuple[CheckedReceipt, ...], export: ExportPart | None, trusted: Trusted | None) -> None:
    """Refuse a receipt of one tenant under another's name, and one of another call than the export says."""
    for checked in receipts:
        named = {trusted.tenant if trusted else None, export.tenant if export else None} - {None}
        if named - {checked.receipt.tenant}:
            raise IntegrityError("a receipt is of another tenant than the keys or the export")
        if export is not None and checked.receipt.call_sid != export.call_sid:
            raise IntegrityError("a receipt is of another call than the export")


def _checked_wordings(export: ExportPart) -> dict[str, WordingPart]:
    for digest, wording in export.wordings.items():
        if hashlib.sha256(wording.text.encode()).hexdigest() != digest:
            raise IntegrityError("words in the export do not have the digest they are filed under")
    return dict(export.wordings)


def _placed(receipts: tuple[CheckedReceipt, ...], log: Iterable[AuditEvent]) -> tuple[CheckedReceipt, ...]:
    """Find each receipt in the log by its digest, and the making of its key; the log itself must be whole."""
    events = tuple(log)
    broken_at = find_break(events)
    if broken_at is not None:
        raise IntegrityError(f"the audit log is broken at event {broken_at}")
    issued = {e.entry.facts.get("sha256"): e.entry for e in events if e.entry.tag == AuditTag.RECEIPT_ISSUED}
    made = {e.entry.target for e in events if e.entry.tag == AuditTag.SIGNING_KEY_MADE}
    placed = []
    for checked in receipts:
        entry = issued.get(checked.sha256)
        if entry is None or entry.tenant != checked.receipt.tenant:
            raise IntegrityError("a receipt is not in the audit log: it was exchanged, or never issued")
        if entry.facts.get("kid") != checked.kid or checked.kid not in made:
            raise IntegrityError("a receipt is signed with a key that the audit log does not know")
        placed.append(
            CheckedReceipt(
                receipt=checked.receipt,
                document=checked.document,
                kid=checked.kid,
                sha256=checked.sha256,
                audit_seq=entry.seq,
                issued_at=entry.at,
            )
        )
    return tuple(placed)


def _json(text: bytes, *, what: str) -> Any:
    if len(text) > MOST_BYTES:
        raise InvalidInput(f"{what} is too large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{what} is not JSON") from None
