"""A recording as a vCon (draft-ietf-vcon-vcon-core, syntax 0.4.0), as it was redacted.

Nobody's number is in it. The sound is inline, so that the file stands by itself. What is hidden is listed by place and
type, because marks in a transcript alone may have been spoken (draft-rosenberg-vcon-redaction-00).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pipeline.model.call import LegRole
from pipeline.model.ids import RecordingId
from pipeline.vcon.canonical import content_hash, encode
from pipeline.vcon.lawful_basis import EXTENSION, Leg, legs_of, write_attachments
from pipeline.vcon.original import Original

VERSION: Final = "0.4.0"
MANIFEST: Final = "redaction_manifest"
DECISIONS: Final = "decisions"
OWN_RECEIPTS: Final = "consent_receipts"
"""What this installation issued itself for a recording that came with receipts of another one."""
_NAMESPACE: Final = uuid.UUID("6f0cfd2e-8a5c-5b0e-9a57-5f8f5a1d9c11")
_AGENT: Final[Leg] = (LegRole.AGENT.value, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameWith:
    """What a recording has from the vCon that it came in, and keeps in every later one."""

    parties: tuple[Mapping[str, Any], ...]
    dialog_parties: tuple[int, ...]
    redacted: Mapping[str, Any]
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that a vCon of one recording is written from; everything in it was redacted."""

    recording: RecordingId
    started_at: datetime
    duration_s: int | None
    tenant_name: str
    audio: bytes | None = field(default=None, repr=False)
    transcript: Mapping[str, Any] | None = field(default=None, repr=False)
    hidden: Mapping[str, Any] | None = None
    """Places and types of what is hidden; never what was said."""
    decisions: tuple[Mapping[str, Any], ...] = ()
    receipts: tuple[str, ...] = ()
    other: str = LegRole.CALLER.value
    """The role of the person on the other end."""
    original: Original | None = field(default=None, repr=False)
    """What is less redacted, where somebody holds it as a vCon."""
    came_with: CameWith | None = None


def write_vcon(contents: Contents, *, made_at: datetime) -> dict[str, Any]:
    """Write one recording as a vCon; the same contents have the same `uuid`, and point to the same original."""
    came = contents.came_with
    shown = came.receipts if came else contents.receipts
    legs = list(dict.fromkeys([(contents.other, 1), _AGENT, *legs_of(shown)]))
    parties = [dict(one) for one in came.parties] if came else [_party(leg, contents.tenant_name) for leg in legs]
    attachments = list(write_attachments(shown, parties=_places(parties, legs)))
    return {
        "vcon": VERSION,
        "uuid": str(uuid.uuid5(_NAMESPACE, contents.recording)),
        "created_at": made_at.isoformat(),
        "subject": "a call, redacted",
        "redacted": dict(came.redacted) if came else _link(contents),
        **({"extensions": [EXTENSION]} if attachments else {}),
        "parties": parties,
        "dialog": [_dialog(contents)],
        "analysis": [] if contents.transcript is None else [_transcript(contents.transcript)],
        "attachments": [*attachments, *_more(contents)],
    }


def _link(contents: Contents) -> dict[str, Any]:
    if contents.original is not None:
        named = {"uuid": contents.original.uuid, "content_hash": contents.original.content_hash}
        return {"type": "personal data", **named}
    return {"type": "personal data", "uuid": str(uuid.uuid5(_NAMESPACE, f"o:{contents.recording}"))}


def _places(parties: Sequence[Mapping[str, Any]], legs: Sequence[Leg]) -> dict[Leg, int]:
    """Give the place of each leg among the parties: the second callee is the second party of that role."""
    found: dict[Leg, int] = {}
    for place, party in enumerate(parties):
        ordinal = 1 + sum(role == party["role"] for role, _ in found)
        found[str(party["role"]), ordinal] = place
    own = [leg for leg in legs if leg[0] != LegRole.AGENT.value]
    return {leg: found.get(leg, next((p for (r, _), p in found.items() if r == leg[0]), 0)) for leg in own}


def _party(leg: Leg, tenant_name: str) -> dict[str, Any]:
    return {"role": leg[0], **({"name": tenant_name} if leg == _AGENT else {})}


def _dialog(contents: Contents) -> dict[str, Any]:
    return {
        "type": "recording" if contents.audio is not None else "incomplete",
        "start": contents.started_at.isoformat(),
        "parties": list(contents.came_with.dialog_parties) if contents.came_with else [0, 1],
        **({"duration": contents.duration_s} if contents.duration_s is not None else {}),
        **({"disposition": "failed"} if contents.audio is None else _inline(contents.audio, contents.recording)),
    }


def _inline(audio: bytes, name: str) -> dict[str, Any]:
    return {
        "mediatype": "audio/x-wav",
        "filename": f"{name}.wav",
        "encoding": "base64url",
        "body": encode(audio),
        "content_hash": content_hash(audio),
    }


def _transcript(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "transcript",
        "dialog": 0,
        "vendor": "earmark",
        "schema": document["schema"],
        "mediatype": "application/json",
        "encoding": "json",
        "body": json.dumps(document, sort_keys=True, ensure_ascii=False),
    }


def _agent_of(contents: Contents) -> int:
    parties = contents.came_with.parties if contents.came_with else ()
    return next((place for place, party in enumerate(parties) if party["role"] == LegRole.AGENT.value), 1)


def _more(contents: Contents) -> list[dict[str, Any]]:
    found: list[tuple[str, Any]] = []
    if contents.hidden is not None:
        found.append((MANIFEST, contents.hidden))
    if contents.decisions:
        found.append((DECISIONS, list(contents.decisions)))
    if contents.came_with is not None and contents.receipts:
        found.append((OWN_RECEIPTS, {"receipts": list(contents.receipts)}))
    return [
        {
            "purpose": purpose,
            "party": _agent_of(contents),
            "dialog": 0,
            "start": contents.started_at.isoformat(),
            "mediatype": "application/json",
            "encoding": "json",
            "body": json.dumps(body, sort_keys=True, ensure_ascii=False, default=str),
        }
        for purpose, body in found
    ]
