from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from pipeline.consent import jws
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IntegrityError, NotFound, NotPermitted
from pipeline.model.retention import RetentionBasis
from pipeline.reads.call_export import STATEMENT, TYP, export_call
from pipeline.store.endings import Ending, add_ending
from tests.conftest import make_tenant

THROUGH = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "keep_receipts", "decide",
    "publish",
)  # fmt: skip


@pytest.fixture
def recording(line):
    return line.through(line.record(), *THROUGH)


def files_of(line, recording) -> dict[str, bytes]:
    body = export_call(line.context.vault, line.owner.id, recording.id, actor="user:ada")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_all_that_is_redacted_leaves_with_a_signed_list_of_digests_and_nothing_hidden(line, recording):
    files = files_of(line, recording)
    assert {"redacted.wav", "transcript.redacted.json", "manifest.json", "decisions.json", "keys.json"} < set(files)
    assert any(name.startswith("receipts/") for name in files)
    assert files["redacted.wav"] == line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_REDACTED))
    keys = jws.read_jwks(json.loads(files["keys.json"]))
    stated = json.loads(jws.verify(files[STATEMENT].decode(), typ=TYP, pinned=keys).payload)
    assert stated["files"] == {n: hashlib.sha256(b).hexdigest() for n, b in files.items() if n != STATEMENT}
    assert (stated["recording"], stated["exported_by"]) == (recording.id, "user:ada")
    everything = b"".join(files.values())
    assert b"canaryname" not in everything
    assert b"5551234" not in everything
    assert [h["type"] for h in json.loads(files["manifest.json"])["hidden"]] == ["PERSON", "PHONE_NUMBER"]
    events = [json.loads(row) for row in files["audit/events.jsonl"].splitlines()]
    assert {"recording:redaction:published", "artifact:artifact:read"} <= {e["entry"]["tag"] for e in events}
    with pytest.raises(IntegrityError):
        jws.verify(files[STATEMENT].decode()[:-4] + "AAAA", typ=TYP, pinned=keys)


def test_an_export_is_in_the_log_with_every_artifact_it_took(line, recording):
    files = files_of(line, recording)
    [event] = line.events("review:call:exported")
    assert event == {"statement_sha256": hashlib.sha256(files[STATEMENT]).hexdigest(), "files": len(files)}
    read = {e["kind"] for e in line.events("artifact:artifact:read")}
    assert read == {"recording.redacted", "transcript.redacted", "redaction.manifest", "consent.receipt"}


def test_what_has_ended_or_is_not_decided_is_not_taken_away(line, recording):
    undecided = line.through(line.record(), *THROUGH[:6])
    with pytest.raises(NotPermitted):
        files_of(line, undecided)
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
        files_of(line, recording)
    assert line.events("review:call:exported") == []


def test_nobody_takes_away_what_another_tenant_has(line, recording, database, keys):
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        export_call(line.context.vault, other.id, recording.id, actor="user:ada")
