from __future__ import annotations

import json
from datetime import date

import pytest

from pipeline.decisions.children import note_child
from pipeline.model.artifact import ArtifactKind as A
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.retention import RetentionBasis
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.reads.download import DownloadRefused, download, download_vcon, list_offers
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.store.policy_versions import add_version, keep_first
from pipeline.store.recordings import merge_facts
from tests.conftest import make_tenant
from tests.disposal import a_whole_recording, end
from tests.pipeline.policies.variants import variant

REFUSED, READ = "artifact:download:refused", "artifact:artifact:read"


@pytest.fixture
def recording(line):
    made = a_whole_recording(line)
    line.context.vault.keep(shelf_of(made), A.SUMMARY, "Sie rief wegen der Rechnung an: später".encode())
    decide_artifacts(line.context, line.owner.id, made.id)
    return made


def fetch(line, recording, kind=A.TRANSCRIPT_REDACTED, form="txt", tenant=None):
    return download(
        line.context.vault, tenant or line.owner.id, recording.id, kind, form=form, matrix=load_matrix(), actor="user:a"
    )


def offers(line, recording):
    with line.tx() as tx:
        return {offer.kind: offer for offer in list_offers(tx, recording.id, load_matrix())}


@pytest.mark.clause("connekz", "4", "download available")
@pytest.mark.clause("nejix", "7", "structured, machine-readable format")
def test_sound_text_and_summary_are_had_as_files_without_a_word_that_is_hidden(line, recording):
    assert {offer.is_allowed for offer in offers(line, recording).values()} == {True}
    sound, whole, text, summary = (
        fetch(line, recording, A.RECORDING_REDACTED, "wav"),
        fetch(line, recording, form="json"),
        fetch(line, recording),
        fetch(line, recording, A.SUMMARY),
    )
    assert (sound.body[:4], sound.media_type) == (b"RIFF", "audio/wav")
    assert sound.name == f"{recording.id}.recording.redacted.wav"
    assert b"canaryname" not in sound.body + whole.body + text.body
    assert len(text.body.decode().splitlines()) == len(json.loads(whole.body)["turns"])
    assert summary.body.decode().endswith("später")
    noted = [event for event in line.events(READ) if event["reason"] == "download"]
    assert [(e["kind"], e["form"]) for e in noted] == [
        ("recording.redacted", "wav"),
        ("transcript.redacted", "json"),
        ("transcript.redacted", "txt"),
        ("summary", "txt"),
    ]


def test_a_version_that_forbids_it_holds_from_its_notice_and_the_refusal_names_its_clause(line, recording):
    bundle = load_bundle("nejix")
    narrower = variant(bundle, {"download/kinds": ["export"]}, version="2027-01", effective=date(2027, 1, 1))
    with line.tx() as tx:
        keep_first(tx, bundle)
        add_version(tx, narrower, notice_days=30, actor="test")
    assert not offers(line, recording)[A.SUMMARY].is_allowed
    with pytest.raises(DownloadRefused) as caught:
        fetch(line, recording, A.RECORDING_REDACTED, "wav")
    offer = caught.value.offer
    assert "A later version of the policy, in force or announced, no longer allows this." in offer.refusals
    assert (offer.clause.document, offer.clause.section) == ("nejix 2027-01", "7")
    (event,) = line.events(REFUSED)
    assert (event["kind"], event["clause"]) == ("recording.redacted", "nejix 2027-01 7")


def test_what_is_hidden_is_not_handed_out_although_the_policy_would(line, recording):
    with line.tx() as tx:
        note_child(tx, recording.id, age=12, actor="test")
    with pytest.raises(DownloadRefused, match="child"):
        fetch(line, recording)
    end(line, recording, RetentionBasis.DELETION_REQUEST)
    with pytest.raises(DownloadRefused, match="ended"):
        fetch(line, recording, A.SUMMARY)
    assert len(line.events(REFUSED)) == 2
    assert not [event for event in line.events(READ) if event["reason"] == "download"]


def test_what_nobody_judged_or_proved_is_not_handed_out(line):
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe", "detect", "redact_text")
    with pytest.raises(DownloadRefused, match="not proved"):
        fetch(line, recording)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"is_redaction_proved": True})
    with pytest.raises(DownloadRefused, match="not judged"):
        fetch(line, recording)


def test_originals_other_forms_and_other_tenants_are_not_found_this_way(line, recording, database, keys):
    for kind, form in ((A.RECORDING_ORIGINAL, "wav"), (A.TRANSCRIPT_ORIGINAL, "json"), (A.SUMMARY, "wav")):
        with pytest.raises(InvalidInput):
            fetch(line, recording, kind, form)
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        fetch(line, recording, tenant=other.id)
    bare = line.record()
    assert {offer.is_there for offer in offers(line, bare).values()} == {False}
    with pytest.raises(NotFound):
        fetch(line, bare)


def test_a_vcon_is_had_where_sound_and_text_both_are(line, recording, database, keys):
    given = {"matrix": load_matrix(), "actor": "user:a"}
    handed = download_vcon(line.context.vault, line.owner.id, recording.id, **given)
    assert (handed.name, handed.media_type) == (f"{recording.id}.vcon.json", "application/json")
    assert set(json.loads(handed.body)) == {"payload", "signatures"}
    with pytest.raises(NotFound):
        download_vcon(line.context.vault, make_tenant(database, keys, "other").id, recording.id, **given)
    unheard = line.through(line.record(), "settle_consent", "capture")
    with pytest.raises(NotFound):
        download_vcon(line.context.vault, line.owner.id, unheard.id, **given)
    with line.tx() as tx:
        note_child(tx, recording.id, age=12, actor="test")
    with pytest.raises(DownloadRefused, match="child"):
        download_vcon(line.context.vault, line.owner.id, recording.id, **given)
    assert line.events(REFUSED)[-1]["form"] == "vcon"
