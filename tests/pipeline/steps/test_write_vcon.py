from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.model.call import Call, LegRole
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.steps.own_calls import Copy, OwnCall
from pipeline.steps.write_vcon import write_vcon

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CALL = Call(
    id=CallId("call_1"), tenant=TenantId("acme"), call_sid="CA1", direction="inbound", started_at=AT, mode="m",
    tokens=(), locale="en-US", policy_digest="0", matrix_version="1",
)  # fmt: skip
RECORDING = Recording(
    id=RecordingId("rec_1"), tenant=TenantId("acme"), call=CALL.id, recording_sid="RE1",
    state=RecordingState.PUBLISHED, source="x", channels=2, started_at=AT, duration_s=6,
)  # fmt: skip
COPY = Copy(recording=RECORDING, transcript={"schema": "s", "turns": []}, audio=b"RIFFsound")
OWN = OwnCall(call=CALL, role=LegRole.CALLER, copies=(COPY,))


def test_a_vcon_has_its_parts_and_the_sound_with_its_digest():
    made = write_vcon(OWN, COPY, made_at=AT, tenant_name="Acme")
    (dialog,) = made["dialog"]
    body = base64.urlsafe_b64decode(dialog["body"] + "==")
    digest = base64.urlsafe_b64encode(hashlib.sha512(b"RIFFsound").digest()).rstrip(b"=").decode()
    assert (dialog["type"], body, dialog["content_hash"]) == ("recording", b"RIFFsound", f"sha512-{digest}")
    assert (dialog["start"], dialog["duration"]) == (AT.isoformat(), 6)
    assert [party["role"] for party in made["parties"]] == ["requester", "agent"]
    assert made["uuid"] == write_vcon(OWN, COPY, made_at=AT, tenant_name="Acme")["uuid"]
    assert made["redacted"]["uuid"] != made["uuid"]


def test_without_sound_or_words_it_says_so():
    bare = replace(COPY, transcript=None, audio=None)
    made = write_vcon(replace(OWN, role=None), bare, made_at=AT, tenant_name="Acme")
    assert (made["dialog"][0]["type"], made["analysis"]) == ("incomplete", [])
    assert "body" not in made["dialog"][0]
    assert made["parties"][0]["role"] == "party"
