from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.consent import jws
from pipeline.consent.jws import write_jwks
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.retention import RetentionBasis
from pipeline.reads.vcon_export import export_vcon
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recordings import merge_facts
from pipeline.store.signing_keys import list_public_keys
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.check import check_vcon
from pipeline.vcon.document import Contents, write_vcon
from pipeline.vcon.original import read_original
from pipeline.vcon.signed import read_pinned
from tests.conftest import make_tenant
from tests.pipeline.reads.test_call_export import THROUGH
from tests.vcons import opened


@pytest.fixture
def recording(line):
    return line.through(line.record(), *THROUGH)


def exported(line, recording) -> bytes:
    return export_vcon(line.context.vault, line.owner.id, recording.id, actor="user:ada", reason="asked for")


def test_a_redacted_recording_leaves_signed_with_its_consent_and_nothing_hidden(line, recording):
    body = exported(line, recording)
    with line.context.vault.database.transaction(line.owner.id) as tx:
        keys = write_jwks([key.public_key for key in list_public_keys(tx)], tenant=tx.tenant)
    checked = check_vcon(body, pinned=read_pinned(json.dumps(keys).encode()), receipt_keys=jws.read_jwks(keys))
    assert checked.sounds == (line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_REDACTED)),)
    transcript = line.context.vault.read(line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED))
    assert json.loads(checked.document["analysis"][0]["body"]) == json.loads(transcript)
    assert checked.receipts
    whole = json.dumps(checked.document)
    assert "canaryname" not in whole
    assert "5551234" not in whole
    assert all(set(party) <= {"role", "name"} for party in checked.document["parties"])
    assert {a["purpose"] for a in checked.document["attachments"]} == {
        "lawful_basis",
        "redaction_manifest",
        "decisions",
    }
    [event] = line.events("review:call:exported")
    assert event == {"vcon_sha256": hashlib.sha256(body).hexdigest(), "files": 1}
    if folder := os.environ.get("VCON_OUT"):  # for `make vcon-check`, which has a reader of its own look at it
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "call.vcon.json").write_bytes(body)
        Path(folder, "call.keys.json").write_text(json.dumps(keys))


def test_the_original_that_somebody_holds_is_named_by_its_digest_where_it_has_the_very_sound(line, recording):
    sound = line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL))
    whole = Contents(
        recording=recording.id, started_at=recording.started_at, duration_s=6, tenant_name="x", audio=sound
    )
    text = json.dumps({**write_vcon(whole, made_at=recording.started_at), "uuid": "6" * 32}).encode()
    vault, given = line.context.vault, {"actor": "user:ada", "reason": "asked for"}
    body = export_vcon(vault, line.owner.id, recording.id, original=read_original(text), **given)
    link = opened(body, line)["redacted"]
    assert link == {
        "type": "personal data", "uuid": "66666666-6666-6666-6666-666666666666", "content_hash": content_hash(text),
    }  # fmt: skip
    other = replace(read_original(text), sounds=(b"another",))
    with pytest.raises(InvalidInput, match="another recording"):
        export_vcon(vault, line.owner.id, recording.id, original=other, **given)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"arrived": "art_x"})
    with pytest.raises(InvalidInput, match="came in a vCon"):
        export_vcon(vault, line.owner.id, recording.id, original=read_original(text), **given)


def test_what_has_ended_or_is_not_decided_does_not_leave(line, recording):
    undecided = line.through(line.record(), *THROUGH[:6])
    with pytest.raises(NotPermitted):
        exported(line, undecided)
    with line.tx() as tx:
        ending = Ending(
            scope_kind="recording",
            scope_id=recording.id,
            cause=RetentionBasis.DELETION_REQUEST,
            source="x",
            ends_on=tx.now.date(),
        )
        add_ending(tx, ending, actor="test")
    with pytest.raises(NotPermitted):
        exported(line, recording)
    assert line.events("review:call:exported") == []


def test_nobody_takes_away_what_another_tenant_has(line, recording, database, keys):
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        export_vcon(line.context.vault, other.id, recording.id, actor="user:ada", reason="x")
