"""A vCon that is imported into another installation and exported again has lost nothing.

New by necessity are: `uuid` and `created_at`; the file's name and the transcript's `conversation`, which name the new
recording; the digest of the new tenant's redaction `profile`; the new tenant's `decisions`; and what it issued itself,
as `consent_receipts`. Everything else is equal, and the lists below are whole.
"""

from __future__ import annotations

import copy
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.recording import Recording
from pipeline.model.recording import RecordingState as S
from pipeline.redaction.manifest import Manifest
from pipeline.vcon.arriving import read_trust
from pipeline.vcon.check import check_vcon
from tests.conftest import make_tenant
from tests.line import Line
from tests.pipeline.reads.test_call_export import THROUGH
from tests.pipeline.workflows.house_of_fakes import Log, scripted_context
from tests.vcons import HonestTranscriber, exported, honest, imported, keys_of, opened, signed, trust_of

NEW = ("uuid", "created_at")
NEW_OF_DIALOG = ("filename",)
NEW_OF_TRANSCRIPT = ("conversation", "profile")
NEW_ATTACHMENTS = ("decisions", "consent_receipts")


@pytest.fixture
def origin(database, tenant, tmp_path) -> Line:
    return honest(Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path))


@pytest.fixture
def other(origin, database, keys) -> Line:
    return replace(origin, owner=make_tenant(database, keys, "other"))


def without_new(document: dict) -> dict:
    """A vCon without what is new by necessity."""
    rest = copy.deepcopy(document)
    transcript = json.loads(rest["analysis"][0]["body"])
    for part, new in ((rest, NEW), (rest["dialog"][0], NEW_OF_DIALOG), (transcript, NEW_OF_TRANSCRIPT)):
        for name in new:
            part.pop(name)
    rest["analysis"][0]["body"] = transcript
    rest["attachments"] = [a for a in rest["attachments"] if a["purpose"] not in NEW_ATTACHMENTS]
    return rest


def purposes(document: dict) -> set[str]:
    return {attachment["purpose"] for attachment in document["attachments"]}


def manifest_of(line: Line, recording: Recording) -> Manifest:
    return Manifest.from_json(line.context.vault.read(line.artifact(recording, ArtifactKind.REDACTION_MANIFEST)))


def test_nothing_is_lost_from_one_installation_to_the_next_and_the_next(origin, other, database, keys):
    recording = origin.through(origin.record(), *THROUGH)
    first = exported(origin, recording)
    there = imported(other, first, trust_of(origin))
    assert other.state(there) is S.PUBLISHED
    second = exported(other, there)
    before, after = opened(first, origin), opened(second, other)
    assert without_new(after) == without_new(before)
    assert before["redacted"]["uuid"] != before["uuid"] != after["uuid"]
    for body in (first, second):
        assert b"canaryname" not in body
    assert {a["purpose"] for a in after["attachments"]} - {a["purpose"] for a in before["attachments"]} == {
        "consent_receipts"
    }

    # Whoever trusts both reads it; who trusts the second alone cannot check the first one's receipts.
    both = json.loads(keys_of(origin))["keys"] + json.loads(keys_of(other))["keys"]
    trust = read_trust(json.dumps({"keys": both}).encode())
    assert check_vcon(second, pinned=trust.pinned, receipt_keys=trust.receipt_keys).receipts
    third = replace(other, owner=make_tenant(database, keys, "third"))
    further = imported(third, second, trust)
    assert without_new(opened(exported(third, further), third)) == without_new(before)

    if folder := os.environ.get("VCON_OUT"):  # for `make vcon-check`
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "again.vcon.json").write_bytes(second)
        Path(folder, "again.keys.json").write_bytes(keys_of(other))


def test_its_redaction_stands_and_what_is_heard_beside_it_is_hidden_too(origin, other):
    """The origin missed the number; the one who takes it in hears it, and hides it under the next name."""
    recording = origin.through(origin.record(), *THROUGH)
    document = opened(exported(origin, recording), origin)
    [hidden] = [a for a in document["attachments"] if a["purpose"] == "redaction_manifest"]
    kept = json.loads(hidden["body"])
    assert [h["label"] for h in kept["hidden"]] == ["PERSON_1", "PHONE_NUMBER_1"]

    class Sharper(HonestTranscriber):
        """Hears a name where the transcript that comes says another word."""

        def __init__(self) -> None:
            super().__init__(Log(other.folder / "vendor.log"), caller="canaryname name is x and my number is y")

    there = imported(other.with_parts(transcribers={"local": Sharper()}), signed(document, origin), trust_of(origin))
    assert other.state(there) is S.PUBLISHED
    manifest = manifest_of(other, there)
    assert [entry.label for entry in manifest.entries] == ["PERSON_2", "PERSON_1", "PHONE_NUMBER_1"]
    text = json.loads(other.context.vault.read(other.artifact(there, ArtifactKind.TRANSCRIPT_REDACTED)))
    assert [t["text"] for t in text["turns"] if t["channel"] == 0] == [
        "[PERSON_2] name is [PERSON_1] and my number is [PHONE_NUMBER_1]"
    ]
    assert all(
        any(s.start_ms <= a and b <= s.end_ms for s in manifest.muted[n])
        for n, on in enumerate(kept["muted"])
        for a, b in on
    )
