from __future__ import annotations

import io
import json
import zipfile

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound
from pipeline.model.ids import ArtifactId
from pipeline.model.purge import PurgeState, Subject
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, RequestState
from pipeline.steps.export_person import export_person
from pipeline.steps.ground import redecide_subject
from pipeline.steps.retention import run_retention
from pipeline.store.artifacts import get_artifact
from pipeline.store.decisions import find_decision
from pipeline.store.purges import list_purges
from pipeline.store.subject_requests import get_request
from tests.pipeline.steps.asking import WHOLE, asked

K = RequestKind


def made(line, kind=K.ACCESS, **more):
    """Make an export; give the receipt, the request as it stands, and the files."""
    request = asked(line, kind, **more)
    receipt = export_person(line.context, line.owner.id, request.id)
    with line.tx() as tx:
        artifact = get_artifact(tx, ArtifactId(receipt["artifact"]))
        stands = get_request(tx, request.id)
    with zipfile.ZipFile(io.BytesIO(line.context.vault.read(artifact))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return receipt, stands, artifact, files


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.clause("nejix", "8", "Right to Know")
@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
def test_access_tells_categories_purposes_sources_recipients_retention_and_rights_and_gives_copies(line):
    recording = line.through(line.record(), *WHOLE)
    receipt, stands, _, files = made(line)
    report = json.loads(files["report.json"])
    assert {"recording.original", "transcript.redacted", "metadata:caller_number", "said:PERSON"} <= set(
        report["categories"]
    )
    (call,) = report["calls"]
    assert {(p["who"], p["purpose"], p["answer"]) for p in call["purposes"]} >= {("caller", "record", "granted")}
    assert "telephone" in call["source"]
    had = {r["company"]: r["had_it"] for r in report["recipients"]}
    assert had["twilio"] is True
    assert "deepgram" not in had
    assert all(r["regions"] and r["clause"].startswith("nejix ") for r in report["recipients"])
    assert {r["kind"] for r in report["retention"]} >= {"recording.original", "transcript.original"}
    assert all(r["clause"] for r in report["retention"])
    assert {"correction", "deletion", "portability", "objection", "non_discrimination", "limit"} <= {
        r["right"] for r in report["rights"]
    }
    assert report["sold_or_shared"] is False
    assert {f"copies/{recording.id}/transcript.json", f"copies/{recording.id}/redacted.wav"} <= set(files)
    page = files["report.html"].decode()
    assert "Your rights" in page
    assert "None that are surely yours" not in page
    assert (receipt["calls"], receipt["copies"], stands.state) == (1, 1, RequestState.ANSWERED)


@pytest.mark.clause("connekz", "4", "download available")
def test_what_is_handed_out_is_redacted_and_shows_only_what_is_proved_to_be_the_requesters_own(line):
    recording = line.through(line.record(), *WHOLE)
    plain = made(line)[3][f"copies/{recording.id}/transcript.json"].decode()
    assert "canaryname" not in plain
    named = Identifier(kind=IdentifierKind.NAME, value="Canaryname")
    assert "canaryname" not in made(line, more=(named,))[3][f"copies/{recording.id}/transcript.json"].decode()
    account = Identifier(kind=IdentifierKind.NUMBER, value="+15551234999")
    assert "5551234" not in made(line, more=(account,))[3][f"copies/{recording.id}/transcript.json"].decode()


@pytest.mark.clause("nejix", "7", "structured, machine-readable format")
def test_portability_adds_a_vcon_that_agrees_with_the_copies(line):
    recording = line.through(line.record(), *WHOLE)
    files = made(line, K.PORTABILITY)[3]
    vcon = json.loads(files[f"copies/{recording.id}/call.vcon.json"])
    assert {"vcon", "uuid", "created_at", "parties", "dialog", "analysis", "attachments"} <= set(vcon)
    assert "canaryname" not in files[f"copies/{recording.id}/call.vcon.json"].decode()
    body = json.loads(vcon["analysis"][0]["body"])
    assert body == json.loads(files[f"copies/{recording.id}/transcript.json"])
    assert vcon["dialog"][0]["filename"] == f"{recording.id}.wav"
    assert files[f"copies/{recording.id}/redacted.wav"][:4] == b"RIFF"


def test_an_export_is_sealed_kept_thirty_days_never_trained_on_and_made_once(line):
    line.through(line.record(), *WHOLE)
    receipt, stands, artifact, _ = made(line)
    with line.tx() as tx:
        decision = find_decision(tx, artifact.id)
        assert (decision.retain_until - artifact.created_at.date()).days == 30
        assert decision.is_training_eligible is False
        assert decision.disposition == "retain"
    assert artifact.kind is ArtifactKind.EXPORT
    assert artifact.parents
    assert line.context.vault.objects.read_tags(artifact.object_key)["disposition"] == "retain"
    assert b"report" not in line.context.vault.objects.get(artifact.object_key)
    again = export_person(line.context, line.owner.id, stands.id)
    assert again["artifact"] == receipt["artifact"]


def test_an_export_is_purged_with_a_certificate_once_its_days_are_over(line, clock):
    line.through(line.record(), *WHOLE)
    _, _, artifact, _ = made(line)
    clock.move(days=29)
    run_retention(line.context, line.owner.id)
    assert line.context.vault.objects.get(artifact.object_key)
    clock.move(days=2)
    told = run_retention(line.context, line.owner.id)
    assert told["failed"] == 0
    with pytest.raises(NotFound):
        line.context.vault.objects.get(artifact.object_key)
    with line.tx() as tx:
        assert [p.subject for p in list_purges(tx, state=PurgeState.DONE)] == [Subject(kind="artifact", id=artifact.id)]


def test_an_export_is_judged_again_as_of_the_place_of_who_asked(line, clock):
    line.through(line.record(), *WHOLE)
    _, _, artifact, _ = made(line, place="US-NY")
    with line.tx() as tx:
        before = find_decision(tx, artifact.id)
    clock.move(days=1)
    redecide_subject(line.context, line.owner.id, Subject(kind="artifact", id=artifact.id))
    with line.tx() as tx:
        after = find_decision(tx, artifact.id)
    assert after.facts["as_of"] != before.facts["as_of"]
    assert [d.facts["call"]["legs"][0]["candidates"] for d in (before, after)] == [["US-NY"]] * 2


def test_nothing_is_handed_out_of_what_was_not_proved_and_it_is_said(line):
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe", "detect", "index_people")
    receipt, _, _, files = made(line)
    (told,) = json.loads(files["report.json"])["calls"][0]["recordings"]
    assert told == {"id": recording.id, "copy": None, "withheld": "not_redacted"}
    assert (receipt["copies"], receipt["withheld"]) == (0, 1)
    assert not [name for name in files if name.startswith("copies/")]


@pytest.mark.contradiction(15)
def test_of_other_peoples_calls_only_their_number_is_told(line):
    recording = line.through(line.record(), *WHOLE)
    named = Identifier(kind=IdentifierKind.NAME, value="canaryname canaryname")
    request = asked(line, K.ACCESS, more=(named,))
    with line.tx() as tx:
        from sqlalchemy import text

        tx.connection.execute(text("delete from earmark.blind_terms where whose = 'own'"))
    receipt = export_person(line.context, line.owner.id, request.id)
    assert (receipt["calls"], receipt["copies"]) == (0, 0)
    assert recording.id


def test_a_request_that_is_not_proved_or_of_another_kind_is_not_exported(line):
    with pytest.raises(IllegalTransition, match="who asks"):
        made(line, is_proved=False)
    with pytest.raises(InvalidInput):
        made(line, K.DELETION)
