"""Checking a vCon to its last digest: offline, and without believing anything that the file says of itself."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import KeySet

from pipeline.consent import jws
from pipeline.consent.receipt import TYP
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.lawful_basis import EXTENSION, is_whole, receipts_in
from pipeline.vcon.signed import verify_vcon


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedVcon:
    """A vCon whose signature and digests hold."""

    uuid: str
    document: Mapping[str, Any] = field(repr=False)
    sounds: tuple[bytes, ...] = field(repr=False)
    """Each sound that is in the file itself, in the order of the dialog."""
    receipts: tuple[str, ...] = field(repr=False)
    """Signed receipts of ours, each by a key that the reader trusts."""


def check_vcon(text: bytes, *, pinned: KeySet, receipt_keys: Mapping[str, bytes]) -> CheckedVcon:
    """Check a signed vCon.

    Args:
        text: the file.
        pinned: keys that the reader trusts to sign vCons.
        receipt_keys: Ed25519 keys by `kid` that the reader trusts to sign receipts.

    Raises:
        InvalidInput: not a signed vCon, or one that leaves out or misshapes what every vCon has.
        IntegrityError: altered, or signed by somebody else.
    """
    document = verify_vcon(text, pinned=pinned)
    if not isinstance(document.get("uuid"), str) or not isinstance(document.get("vcon"), str):
        raise InvalidInput("it is signed, but not a vCon")
    sounds = tuple(_sounds(document))
    receipts = stated_receipts(document)
    for token in receipts:
        jws.verify(token, typ=TYP, pinned=receipt_keys)
    return CheckedVcon(uuid=document["uuid"], document=document, sounds=sounds, receipts=receipts)


def stated_receipts(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Find the receipts in every lawful basis; whose they are and whether they hold is not looked at here.

    Raises:
        InvalidInput, IntegrityError: as `check_vcon`.
    """
    return tuple(token for body in _bodies(document) for token in receipts_in(body))


def read_sound(dialog: Mapping[str, Any]) -> bytes:
    """Read the sound that stands in a dialog itself, and see that it has the digest that is stated.

    Raises:
        InvalidInput, IntegrityError: as `check_vcon`.
    """
    sound = _decoded(dialog)
    check_digest(dialog, sound)
    return sound


def check_digest(dialog: Mapping[str, Any], sound: bytes) -> None:
    """See that a sound has the digest that its dialog states; one that states none has nothing to be held against.

    Raises:
        IntegrityError: it has another.
    """
    stated = dialog.get("content_hash")
    if stated is not None and content_hash(sound) not in (stated if isinstance(stated, list) else [stated]):
        raise IntegrityError("a sound does not have the digest that the vCon states")


def rows_of(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Give one of the lists of a vCon.

    Raises:
        InvalidInput: it is no list of objects.
    """
    rows = document.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"the vCon's {name} is not a list of objects")
    return rows


def _sounds(document: Mapping[str, Any]) -> Iterator[bytes]:
    for dialog in rows_of(document, "dialog"):
        if dialog.get("type") == "recording" and "body" in dialog:
            yield read_sound(dialog)


def _bodies(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for attachment in rows_of(document, "attachments"):
        if attachment.get("purpose") != EXTENSION:
            continue
        body = attachment.get("body")
        try:
            body = json.loads(body) if isinstance(body, str) else body
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise InvalidInput("a lawful basis in the vCon cannot be read")
        if "content_hash" in body and not is_whole(body):
            raise IntegrityError("a lawful basis does not have the digest that it states")
        yield body


def _decoded(dialog: Mapping[str, Any]) -> bytes:
    body = dialog["body"]
    if dialog.get("encoding") != "base64url" or not isinstance(body, str):
        raise InvalidInput("a sound in the vCon is not base64url")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("a sound in the vCon is not base64url") from None
