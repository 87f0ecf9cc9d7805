from __future__ import annotations

import hashlib

import pytest

from pipeline.consent import jws
from pipeline.decisions.legal import Approval, approve_request, close_request, open_request
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import IllegalTransition, IntegrityError, NotPermitted
from pipeline.model.legal import LegalDemand, LegalKind, LegalOutcome, LegalWords
from pipeline.reads.legal_export import CUSTODY, check_custody, export_request
from pipeline.store.recordings import merge_facts
from pipeline.store.signing_keys import list_public_keys

STEPS = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio")
WORDS = LegalWords(reference="26-cv-17", authority="a court", statute="18 U.S.C. 2703(d)")


@pytest.fixture
def recording(line):
    return line.through(line.record(), *STEPS)


def opened(line, recording) -> str:
    scope = (("recording", recording.id),)
    with line.tx() as tx:
        demand = LegalDemand(kind=LegalKind.PROCESS, received_on=tx.now.date(), scope=scope, words=WORDS)
        return open_request(tx, line.context.vault, demand, has_hold=False, actor="user:ada").id


def approved(line, recording, *kinds: K, **given) -> str:
    request = opened(line, recording)
    artifacts = tuple(line.artifact(recording, kind).id for kind in kinds)
    with line.tx() as tx:
        approval = Approval(artifacts=artifacts, **given)
        approve_request(tx, request, approval, keys=line.context.vault.keys, actor="user:counsel")
    return request


def export(line, request: str) -> dict[str, bytes]:
    return export_request(line.context.vault, line.owner.id, request, actor="user:ada")


def pinned(line) -> dict[str, bytes]:
    with line.tx() as tx:
        return {key.kid: key.public_key for key in list_public_keys(tx)}


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_the_answer_is_what_was_named_with_who_when_and_the_digest_of_each_file(line, recording):
    request = approved(line, recording, K.TRANSCRIPT_REDACTED, K.RECORDING_REDACTED)
    files = export(line, request)
    kinds = (K.TRANSCRIPT_REDACTED, K.RECORDING_REDACTED)
    made = {kind: line.context.vault.read(line.artifact(recording, kind)) for kind in kinds}
    assert {body for name, body in files.items() if name != CUSTODY} == set(made.values())
    assert not [body for body in files.values() if b"canaryname" in body]
    stated = check_custody(files, trusted=pinned(line))
    assert (stated["request"], stated["reference"], stated["statute"]) == (request, "26-cv-17", "18 U.S.C. 2703(d)")
    people = (stated["opened_by"], stated["approved_by"], stated["exported_by"])
    assert people == ("user:ada", "user:counsel", "user:ada")
    digests = {K(entry["kind"]): entry["sha256"] for entry in stated["artifacts"]}
    assert digests == {kind: hashlib.sha256(body).hexdigest() for kind, body in made.items()}


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_originals_leave_only_where_they_were_ordered_and_approved(line, recording):
    request = approved(line, recording, K.TRANSCRIPT_ORIGINAL, orders_originals=True)
    stated = check_custody(files := export(line, request))
    assert stated["orders_originals"] is True
    assert any(b"canaryname" in body for body in files.values())


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_each_artifact_and_each_answer_stands_in_the_log(line, recording):
    request = approved(line, recording, K.TRANSCRIPT_REDACTED)
    custody = [hashlib.sha256(export(line, request)[CUSTODY]).hexdigest() for _ in range(2)]
    assert [e["custody_sha256"] for e in line.events("legal:request:exported")] == custody
    read = line.events("artifact:artifact:read")
    assert read == [
        {"kind": "transcript.redacted", "recording": recording.id, "reason": f"legal:{request}"} for _ in range(2)
    ]


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_nothing_is_handed_out_before_it_is_approved_or_after_it_is_closed(line, recording):
    with pytest.raises(IllegalTransition):
        export(line, opened(line, recording))
    request = approved(line, recording, K.TRANSCRIPT_REDACTED)
    export(line, request)
    with line.tx() as tx:
        keys, outcome = line.context.vault.keys, LegalOutcome.ANSWERED
        close_request(tx, request, outcome=outcome, reason="sent", keys=keys, actor="user:counsel")
    with pytest.raises(IllegalTransition):
        export(line, request)
    assert len(line.events("legal:request:exported")) == 1


def test_what_is_not_proved_to_be_redacted_is_not_handed_out(line, recording):
    request = approved(line, recording, K.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"is_redaction_proved": False})
    with pytest.raises(NotPermitted):
        export(line, request)
    assert line.events("artifact:artifact:read") == []


def test_a_changed_a_missing_an_added_file_and_another_key_show(line, recording):
    files = export(line, approved(line, recording, K.TRANSCRIPT_REDACTED))
    (name,) = set(files) - {CUSTODY}
    token = jws.sign(b"{}", private_key=b"k" * 32, typ="earmark-custody").encode()
    for broken in (
        files | {name: files[name] + b" "},
        {CUSTODY: files[CUSTODY]},
        {name: files[name]},
        files | {"added.json": b"{}"},
        files | {CUSTODY: files[CUSTODY][:-8] + b"AAAAAAAA"},
        files | {CUSTODY: b"\xff"},
        files | {CUSTODY: token},
    ):
        with pytest.raises(IntegrityError):
            check_custody(broken, trusted=pinned(line))
    with pytest.raises(IntegrityError, match="states nothing"):
        check_custody(files | {CUSTODY: token})
    assert check_custody(files, trusted=pinned(line))
