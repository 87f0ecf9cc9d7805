"""A call as a vCon (draft-ietf-vcon-vcon-core): parties, dialog, analysis and attachments, as it was redacted.

Numbers of other people are not in it. The recording is inline, so that the file stands by itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, Final

from pipeline.model.call import LegRole
from pipeline.steps.own_calls import Copy, OwnCall

VERSION: Final = "0.3.0"
_NAMESPACE: Final = uuid.UUID("6f0cfd2e-8a5c-5b0e-9a57-5f8f5a1d9c11")


def write_vcon(own: OwnCall, copy: Copy, *, made_at: datetime, tenant_name: str) -> dict[str, Any]:
    """Write one recording of a call as a vCon.

    Args:
        own: the call.
        copy: the recording's redacted audio and transcript.
        made_at: when this file is made.
        tenant_name: what the other party is called.
    """
    started = (copy.recording.started_at or own.call.started_at).isoformat()
    name = f"{copy.recording.id}.wav"
    dialog = {
        "type": "recording" if copy.audio is not None else "incomplete",
        "start": started,
        "parties": [0, 1],
        **({"duration": copy.recording.duration_s} if copy.recording.duration_s is not None else {}),
        **({} if copy.audio is None else _inline(copy.audio, name)),
        **({"disposition": "failed"} if copy.audio is None else {}),
    }
    return {
        "vcon": VERSION,
        "uuid": str(uuid.uuid5(_NAMESPACE, copy.recording.id)),
        "created_at": made_at.isoformat(),
        "subject": "a call, redacted",
        "redacted": {"type": "personal data of others", "uuid": str(uuid.uuid5(_NAMESPACE, f"o:{copy.recording.id}"))},
        "parties": [{"role": "requester" if own.role else "party"}, {"role": LegRole.AGENT.value, "name": tenant_name}],
        "dialog": [dialog],
        "analysis": [] if copy.transcript is None else [_transcript(copy.transcript)],
        "attachments": [],
    }


def _inline(audio: bytes, name: str) -> dict[str, Any]:
    digest = base64.urlsafe_b64encode(hashlib.sha512(audio).digest()).rstrip(b"=").decode()
    return {
        "mediatype": "audio/x-wav",
        "filename": name,
        "encoding": "base64url",
        "body": base64.urlsafe_b64encode(audio).rstrip(b"=").decode(),
        "content_hash": f"sha512-{digest}",
    }


def _transcript(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "transcript",
        "dialog": 0,
        "vendor": "earmark",
        "schema": document["schema"],
        "mediatype": "application/json",
        "encoding": "json",
        "body": json.dumps(document, sort_keys=True, ensure_ascii=False),
    }
