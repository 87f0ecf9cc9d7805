from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome
from pipeline.model.errors import Conflict, NotPermitted
from pipeline.model.recording import RecordingState as S
from pipeline.store.artifacts import list_artifacts
from pipeline.store.consents import list_consents
from pipeline.store.recordings import list_recordings, mark_state
from pipeline.vcon.lawful_basis import write_attachments
from tests.conftest import make_tenant
from tests.pipeline.reads.test_call_export import THROUGH
from tests.vcons import exported, honest, imported, judged, opened, signed, trust_of


@pytest.fixture
def origin(line):
    """The line of the tenant that recorded the call."""
    return honest(line)


@pytest.fixture
def other(origin, database, keys):
    """The line of the tenant that takes it in."""
    return replace(origin, owner=make_tenant(database, keys, "other"))


def test_a_vcon_with_our_receipts_goes_through_the_whole_line_once_and_does_not_come_back(origin, other):
    body = exported(origin, origin.through(origin.record(), *THROUGH))
    names: list[str] = []
    recording = imported(other, body, trust_of(origin), names=names)
    assert (other.state(recording), names[0]) == (S.PUBLISHED, "settle_consent")
    assert {"capture", "transcribe", "redact_audio", "publish"} <= set(names)
    with other.tx() as tx:
        events = list_consents(tx, recording.call)
        assert {(e.purpose.value, e.method.value) for e in events} == {
            (p, "attested_evidence") for p in ("record", "transcribe", "store", "vendor_process")
        }
    [told] = other.events("recording:vcon:imported")
    assert (told["is_signed"], told["receipts"] > 0, told["why"].startswith("why_")) == (True, True, True)
    assert "another system" not in str(told)

    heard = len(other.asked)
    assert imported(other, body, trust_of(origin)).id == recording.id
    assert len(other.asked) == heard
    with other.tx() as tx:
        assert len(list_recordings(tx)) == 1
        mark_state(tx, recording.id, S.PURGED)
    with pytest.raises(Conflict, match="purged before"):
        imported(other, body, trust_of(origin))
    resigned = signed({**opened(body, origin), "uuid": "0" * 32}, origin)  # another name, the same original
    with pytest.raises(Conflict, match="purged before"):
        imported(other, resigned, trust_of(origin))
    with pytest.raises(Conflict, match="own recording"):  # nor to whom it came from
        imported(origin, body, trust_of(origin))


def test_what_shows_no_consent_is_left_and_nothing_of_it_is_kept(origin, other):
    body = exported(origin, origin.through(origin.record(), *THROUGH))
    document = opened(body, origin)
    without = {**document, "attachments": [a for a in document["attachments"] if a["purpose"] != "lawful_basis"]}
    third = {**document, "parties": [*document["parties"], {"role": "callee"}]}
    moved = json.loads(json.dumps(document))
    moved["dialog"][0]["start"] = "2026-01-01T00:00:00+00:00"
    trust = trust_of(origin)
    cases = (
        (json.dumps(document).encode(), None, "no_receipt"),  # bare: anybody can put it together
        (json.dumps(document).encode(), trust, "no_receipt"),
        (signed(without, origin), trust, "no_receipt"),
        (signed(moved, origin), trust, "no_receipt"),  # receipts of another moment
        (signed(third, origin), trust, "party_without_receipt"),
        (body, replace(trust, receipt_keys={}), "no_receipt"),
        (body, replace(trust, tenant="somebody"), "no_receipt"),
    )
    for file, keys, reason in cases:
        with pytest.raises(NotPermitted, match=reason):
            imported(other, file, keys)
    with other.tx() as tx:
        assert list_recordings(tx) == ()
    assert len(other.events("recording:vcon:left")) == len(cases)
    assert other.asked == ["fetch", "transcribe"]  # the first tenant's own


def with_receipts(origin, recording, document) -> bytes:
    """A vCon with all the receipts that there are by now."""
    origin.through(recording, "keep_receipts")
    with origin.tx() as tx:
        kept = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is ArtifactKind.CONSENT_RECEIPT]
    tokens = [origin.context.vault.read(artifact).decode() for artifact in kept]
    bases = list(write_attachments(tokens, parties={("caller", 1): 0}))
    return signed({**document, "attachments": bases}, origin)


def test_what_somebody_took_back_since_is_noted_when_it_comes_again(origin, other):
    recording = origin.through(origin.record(), *THROUGH)
    body = exported(origin, recording)
    there = imported(other, body, trust_of(origin))
    origin.withdraw(recording.call, after_s=30)
    names: list[str] = []
    later, trust = with_receipts(origin, recording, opened(body, origin)), trust_of(origin)
    assert judged(other, body, trust).is_done
    with pytest.raises(KeyboardInterrupt):
        imported(other, later, trust, dies_before="decide")
    assert not judged(other, later, trust).is_done
    again = imported(other, later, trust, names=names)
    assert (again.id, names) == (there.id, ["keep_receipts", "decide"])
    with other.tx() as tx:
        back = {e.purpose.value for e in list_consents(tx, there.call) if e.outcome is Outcome.WITHDRAWN}
    assert back >= {"record", "train"}
    with pytest.raises(NotPermitted):  # and the policy lets nothing of it leave any more
        exported(other, there)


def test_what_somebody_took_back_before_it_began_is_noted_and_refused_without_its_sound(origin, other):
    recording = origin.through(origin.record(), *THROUGH)
    document = opened(exported(origin, recording), origin)
    origin.withdraw(recording.call, after_s=-1)
    body = with_receipts(origin, recording, document)
    taken = imported(other, body, trust_of(origin))
    assert other.state(taken) is S.REFUSED
    assert ArtifactKind.RECORDING_ORIGINAL.value not in other.kinds(taken)
    with pytest.raises(Conflict, match="refused before"):
        imported(other, body, trust_of(origin))
