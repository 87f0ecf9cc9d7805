"""Consent receipts as `lawful_basis` attachments (draft-howe-vcon-lawful-basis-01), one for each leg.

The signed receipt itself is the proof: all that we know stands in it, and what the draft has no word for is not lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.consent.jws import read_unverified
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.vcon.canonical import canonicalise

EXTENSION: Final = "lawful_basis"
_PURPOSES: Final = {
    Purpose.RECORD: "recording",
    Purpose.TRANSCRIBE: "transcription",
    Purpose.STORE: "storage",
    Purpose.VENDOR_PROCESS: "sharing",
    Purpose.TRAIN: "ai",
}
"""The draft's names of our purposes; `ai` is its name for training."""

type Leg = tuple[str, int]


def legs_of(receipts: Sequence[str]) -> tuple[Leg, ...]:
    """Name the legs that receipts are of, in their order."""
    return tuple(sorted({_leg(_stated(token)) for token in receipts}))


def write_attachments(receipts: Sequence[str], *, parties: Mapping[Leg, int]) -> Iterator[dict[str, Any]]:
    """Write an attachment for each leg that was asked.

    Args:
        receipts: signed statements of ours, from our own vault.
        parties: the place of each leg among the parties.
    """
    for leg in legs_of(receipts):
        own = [(token, _stated(token)) for token in receipts if _leg(_stated(token)) == leg]
        body: dict[str, Any] = {
            "lawful_basis": "consent",
            "expiration": None,
            "purpose_grants": [_grant(stated) for _, stated in own],
            "proof_mechanisms": [proof for token, stated in own for proof in _proofs(token, stated)],
        }
        digest = hashlib.sha256(canonicalise(body)).hexdigest()
        body["content_hash"] = {"algorithm": "sha-256", "canonicalization": "jcs", "value": digest}
        yield {
            "purpose": EXTENSION,
            "party": parties[leg],
            "dialog": 0,
            "start": min(stated["at"] for _, stated in own),
            "mediatype": "application/json",
            "encoding": "json",
            "body": body,
        }


def receipts_in(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Find the signed receipts in an attachment's body; whether they hold is not looked at here."""
    proofs = body.get("proof_mechanisms")
    rows = proofs if isinstance(proofs, list) else []
    data = [row.get("proof_data") for row in rows if isinstance(row, dict)]
    return tuple(one["jws"] for one in data if isinstance(one, dict) and isinstance(one.get("jws"), str))


def is_whole(body: Mapping[str, Any]) -> bool:
    """Say whether a body has the digest that it states; one without a digest has nothing to be held against."""
    stated = body.get("content_hash")
    if not isinstance(stated, dict) or (stated.get("algorithm"), stated.get("canonicalization")) != ("sha-256", "jcs"):
        return False
    rest = {name: value for name, value in body.items() if name != "content_hash"}
    return bool(stated.get("value") == hashlib.sha256(canonicalise(rest)).hexdigest())


def _stated(token: str) -> dict[str, Any]:
    return dict(json.loads(read_unverified(token)))


def _leg(stated: Mapping[str, Any]) -> Leg:
    return str(stated["leg"]["role"]), int(stated["leg"]["ordinal"])


def _grant(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": _PURPOSES[Purpose(stated["purpose"])],
        "granted": stated["outcome"] == Outcome.GRANTED,
        "granted_at": stated["at"],
        "conditions": [f"outcome: {stated['outcome']}", f"method: {stated['method']}"],
    }


def _proofs(token: str, stated: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    data = {"format": "JWS compact", "type": "earmark-consent-receipt", "jws": token}
    yield {"proof_type": "cryptographic_signature", "timestamp": stated["at"], "proof_data": data}
    for answer in stated["answers"]:
        if answer["method"] == Method.SPEECH and answer["phrase"]:
            said = {"dialog_reference": 0, "confirmation_text": answer["phrase"]}
            yield {"proof_type": "verbal_confirmation", "timestamp": answer["at"], "proof_data": said}
