from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.consent.jws import read_unverified, verify
from pipeline.consent.receipt import TYP
from pipeline.consent.script import render_script
from pipeline.decisions.wordings import clear_wording, set_wording
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose
from pipeline.model.errors import StoreUnreachable, VendorUnavailable
from pipeline.model.ids import LegId, new_id
from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.steps.context import shelf_of
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import add_leg, number_ref
from pipeline.store.consents import add_consent
from pipeline.store.recorder_events import note_recorder_event
from pipeline.store.recordings import merge_facts
from pipeline.store.signing_keys import list_public_keys, rotate_key
from pipeline.store.vault import Vault
from tests.builders import a_call, a_recording, answer
from tests.fakes import KeeperIsAway

OWN = (
    "Hello from {tenant_name}, I am an AI assistant. We would like this call to be recorded and transcribed "
    "in order to keep your order straight. Say at any time that you do not want to be recorded."
)


def issue(line, recording, **parts) -> int:
    line = line.with_parts(**parts) if parts else line
    return issue_receipts(line.context, shelf_of(line.now(recording)), recording.call, line.now(recording))


def tokens(line, recording) -> list[str]:
    with line.tx() as tx:
        found = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is ArtifactKind.CONSENT_RECEIPT]
    return [line.context.vault.read(artifact).decode() for artifact in found]


def documents(line, recording) -> list[dict]:
    return [json.loads(read_unverified(token)) for token in tokens(line, recording)]


def issued(line) -> list[dict]:
    return line.events("consent:receipt:issued")


def test_each_receipt_stands_in_the_audit_chain_by_its_digest_key_leg_and_purpose(line):
    recording = line.record()
    assert issue(line, recording) == 4
    with line.tx() as tx:
        (key,) = list_public_keys(tx)
    assert {e["sha256"] for e in issued(line)} == {
        hashlib.sha256(t.encode()).hexdigest() for t in tokens(line, recording)
    }
    assert {(e["kid"], e["call"], e["recording"], e["leg"], e["ordinal"], e["outcome"]) for e in issued(line)} == {
        (key.kid, recording.call, recording.id, "caller", 1, "granted")
    }
    assert {e["purpose"] for e in issued(line)} == {p.value for p in RECORDING_PURPOSES}


class DiesAfter:
    """A database that is gone after so many transactions."""

    def __init__(self, database, transactions: int) -> None:
        self._database, self._left = database, transactions

    def transaction(self, tenant):
        self._left -= 1
        if self._left < 0:
            raise StoreUnreachable("database")
        return self._database.transaction(tenant)


@pytest.mark.parametrize("transactions", [1, 2, 3, 4])
def test_killed_between_two_receipts_the_rest_is_made_when_it_is_repeated(line, transactions):
    recording = line.record()
    vault = line.context.vault
    dying = Vault(database=DiesAfter(vault.database, transactions), objects=vault.objects, keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        issue_receipts(
            line.with_parts(vault=dying).context, shelf_of(line.now(recording)), recording.call, line.now(recording)
        )
    made = len(issued(line))
    assert made == transactions - 1
    assert issue(line, recording) == 4
    assert len(tokens(line, recording)) == len({json.dumps(d) for d in documents(line, recording)}) == 4
    assert len(issued(line)) == 4


def test_repeated_after_the_key_was_rotated_nothing_is_made_twice(line):
    recording = line.record()
    issue(line, recording)
    first = tokens(line, recording)
    with line.tx() as tx:
        rotate_key(tx, keys=line.context.vault.keys, actor="test", reason="yearly")
    issue(line, recording)
    assert tokens(line, recording) == first
    with line.tx() as tx:
        pinned = {k.kid: k.public_key for k in list_public_keys(tx)}
    assert all(verify(token, typ=TYP, pinned=pinned) for token in first)


def test_while_the_keeper_of_keys_is_away_nothing_is_issued(line):
    recording = line.record()
    vault = replace(line.context.vault, keys=KeeperIsAway())
    with pytest.raises(VendorUnavailable):
        issue(line, recording, vault=vault)
    assert (tokens(line, recording), issued(line)) == ([], [])


def test_a_call_that_nobody_was_asked_on_makes_no_key_and_no_receipt(line):
    recording = line.record(outcomes=())
    assert issue(line, recording) == 0
    with line.tx() as tx:
        assert list_public_keys(tx) == ()


def test_the_places_say_whether_the_number_the_tenant_or_the_network_brought_them(line):
    keys = line.context.vault.keys
    line.choose(establishment=("NZ",))
    with line.tx() as tx:
        call = a_call(tx, keys, roles=())
        legs = ((LegRole.CALLER, "+12125550100", ("US-NY", "US-CA")), (LegRole.AGENT, "+12125550101", ("NZ", "US-NY")))
        for role, number, places in legs:
            ref = number_ref(number, keys=keys, tenant=line.owner.id)
            leg = Leg(id=LegId(new_id("leg")), call=call, role=role, leg_sid=None, number_ref=ref, candidates=places)
            add_leg(tx, leg)
        answer(tx, call, purposes=[Purpose.RECORD])
        recording = a_recording(tx, call)
    issue(line, recording)
    (document,) = documents(line, recording)
    assert {(j["leg"], j["place"]): j["derived_from"] for j in document["jurisdictions"]} == {
        ("caller", "US-NY"): "number: area code",
        ("caller", "US-CA"): "network",
        ("agent", "NZ"): "establishment",
        ("agent", "US-NY"): "number: area code",
    }


@pytest.mark.parametrize("is_taken_back", [True, False])
def test_the_version_of_the_words_is_named_by_their_digest_also_when_they_are_out_of_force(line, is_taken_back):
    ours = render_script("announce", "en-US", tenant_name="Acme")
    own = render_script("announce", "en-US", tenant_name="Acme", wording=OWN)
    with line.tx() as tx:
        set_wording(tx, line.owner, "announce", "en-US", wording=OWN, actor="test")
        if is_taken_back:
            clear_wording(tx, "announce", "en-US", actor="test")
        call = a_call(tx, line.context.vault.keys)
        for purpose, script in ((Purpose.RECORD, ours), (Purpose.STORE, own)):
            event = ConsentEvent(
                leg_role=LegRole.CALLER,
                purpose=purpose,
                outcome=Outcome.GRANTED,
                method=Method.IMPLIED,
                at=tx.now,
                script=script.ref,
            )
            add_consent(tx, call, event, cause=purpose.value, actor="test")
        recording = a_recording(tx, call)
    issue(line, recording)
    found = {d["purpose"]: d["answers"][0]["script"]["version"] for d in documents(line, recording)}
    assert found == {"record": ours.version, "store": "own:1"}


def test_what_the_recorder_and_the_listeners_found_is_in_the_receipt(line):
    recording = line.record(after_s=0)
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"notice_at_ms": 1200, "cut_at_ms": 5000})
        event = RecorderEvent(act=RecorderAct.PAUSED, at=tx.now, is_done=True, cause="card:1:paused:done", actor="test")
        note_recorder_event(tx, recording.call, event)
    issue(line, recording)
    for document in documents(line, recording):
        assert (document["in_recording_notice_offset_ms"], document["kept_until_ms"]) == (1200, 5000)
        assert document["pauses"] == [{"from_ms": 0, "to_ms": None, "is_done": True}]


def test_the_policy_is_named_with_its_version_only_where_it_is_the_very_one(line):
    recording = line.record()
    issue(line, recording)
    policy = documents(line, recording)[0]["policy"]
    assert policy == {"id": "nejix", "version": None, "digest": "0" * 64}


def test_no_number_stands_in_a_receipt(line):
    recording = line.record()
    issue(line, recording)
    held = json.dumps(documents(line, recording))
    assert not [number for number in ("2125550100", "2125550101", "+1") if number in held]
    assert "Acme" not in held


@pytest.mark.parametrize(
    ("outcome", "after_s", "told"),
    [
        (Outcome.DECLINED, 60, "granted"),
        (Outcome.WITHDRAWN, 60, "withdrawn"),
        (Outcome.DECLINED, 4, "declined"),
    ],
)
def test_what_was_answered_after_a_recording_had_ended_is_not_told_of_it_but_a_withdrawal_is(
    line, outcome, after_s, told
):
    recording = line.record()
    with line.tx() as tx:
        answer(tx, recording.call, outcome, at=tx.now + timedelta(seconds=after_s))
    issue(line, recording)
    assert {d["outcome"] for d in documents(line, recording)} == {told}


def test_a_leg_without_a_number_is_where_the_tenant_is(line):
    line.choose(establishment=("US-NY",))
    recording = line.record()
    issue(line, recording)
    assert documents(line, recording)[0]["jurisdictions"][0]["derived_from"] == "establishment"
