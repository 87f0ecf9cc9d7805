from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.model.ids import RecordingId
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.document import DECISIONS, MANIFEST, Contents, write_vcon

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONTENTS = Contents(
    recording=RecordingId("rec_1"), started_at=AT, duration_s=6, tenant_name="Acme", audio=b"RIFFsound",
    transcript={"schema": "s", "turns": []}, hidden={"hidden": []}, decisions=({"kind": "x"},), other="requester",
)  # fmt: skip


def test_a_vcon_has_its_parts_and_the_sound_with_its_digest():
    made = write_vcon(CONTENTS, made_at=AT)
    (dialog,) = made["dialog"]
    assert base64.urlsafe_b64decode(dialog["body"] + "==") == b"RIFFsound"
    assert (dialog["type"], dialog["content_hash"]) == ("recording", content_hash(b"RIFFsound"))
    assert (dialog["start"], dialog["duration"]) == (AT.isoformat(), 6)
    assert made["parties"] == [{"role": "requester"}, {"role": "agent", "name": "Acme"}]
    assert made["uuid"] == write_vcon(CONTENTS, made_at=AT)["uuid"]
    assert made["redacted"]["uuid"] != made["uuid"]
    assert {a["purpose"]: json.loads(a["body"]) for a in made["attachments"]} == {
        MANIFEST: {"hidden": []}, DECISIONS: [{"kind": "x"}],
    }  # fmt: skip


def test_without_sound_or_words_it_says_so():
    bare = replace(CONTENTS, transcript=None, audio=None, hidden=None, decisions=(), duration_s=None)
    made = write_vcon(bare, made_at=AT)
    assert (made["dialog"][0]["type"], made["analysis"], made["attachments"]) == ("incomplete", [], [])
    assert "body" not in made["dialog"][0]
