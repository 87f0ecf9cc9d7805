"""Calls of many kinds, and what their receipts prove to somebody who has nothing but files."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.consent.receipt_proof import Proof, check_file, read_trusted
from pipeline.reads.receipts import export_receipts, list_keys
from pipeline.store.audit import list_events
from pipeline.workflows.call import process_call, with_call_context
from pipeline.workflows.recording import STEPS
from samples.flow import load_flows
from tests.journeys.flow_house import Ended, FlowHouse, open_flow_house

pytestmark = pytest.mark.timeout(300)  # whichever test is first plays the flows for the others
NAMES = (
    "announced-and-stayed",
    "announced-and-declined",
    "gate-silence-twice",
    "gate-hung-up",
    "gate-wrong-then-yes",
    "gate-spain-yes",
    "spoken-yes",
    "training-no",
    "training-silence",
    "transcribed-declined",
    "withdrawn",
    "paused-and-resumed",
    "forwarded-both",
    "forwarded-callee-no",
    "room-late-joiner-yes",
    "transfer-agreed",
    "transfer-callee-no",
    "voicemail-message",
    "recorded-elsewhere-without-yes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A flow, the export of its call, and what that proves."""

    ended: Ended
    export: dict[str, Any]
    proof: Proof

    @property
    def newest(self) -> dict[tuple[str, str], str]:
        """The outcome of the receipt issued last for each leg and purpose."""
        found = {}
        for checked in sorted(self.proof.receipts, key=lambda c: c.audit_seq or 0):
            leg = checked.receipt.leg
            who = leg.role.value if leg.ordinal == 1 else f"{leg.role.value}{leg.ordinal}"
            found[who, checked.receipt.purpose.value] = checked.receipt.outcome.value
        return found


@pytest.fixture(scope="module")
def proved(postgres, databases) -> dict[str, Proved]:
    folder = Path(tempfile.mkdtemp(prefix="earmark-receipts-"))
    flows = {flow.name: flow for flow in load_flows()}
    with open_flow_house(postgres, databases, folder) as house:
        found = {name: _prove(house, house.play(flows[name])) for name in NAMES}
    shutil.rmtree(folder)
    return found


@pytest.fixture
def of(proved, request) -> Proved:
    return proved[request.param]


every_flow = pytest.mark.parametrize("of", NAMES, indirect=True)


def _prove(house: FlowHouse, ended: Ended) -> Proved:
    """Do what the worker does, export, and check with keys and log."""
    steps, tenant = house.steps, ended.owner.id
    for recording in ended.recordings:
        STEPS["keep_receipts"](steps, tenant, recording.id)
    while house.queue.ended:
        owner, call, _ = house.queue.ended.pop(0)
        process_call(lambda name, owner=owner, call=call: with_call_context(name, steps)(owner, call))
    export = export_receipts(steps.vault, tenant, ended.call.call_sid, actor="test", reason="a journey")
    with steps.vault.database.transaction(tenant) as tx:
        trusted = read_trusted(json.dumps(list_keys(tx, keys=steps.vault.keys, actor="test")).encode())
        log = list(list_events(tx))
    proof = check_file(json.dumps(export).encode(), trusted=trusted, log=log)
    return Proved(ended=ended, export=export, proof=proof)


@every_flow
def test_where_everybody_stood_at_the_end_is_proved_for_every_purpose(of):
    stood = {(who, purpose): o for who, purposes in of.ended.consent.items() for purpose, o in purposes.items()}
    assert of.newest == stood
    assert stood


@every_flow
def test_every_recording_that_twilio_made_for_the_call_is_named_by_receipts(of):
    named = {checked.receipt.recording_sid for checked in of.proof.receipts}
    made = {r.recording_sid for r in of.ended.recordings if r.call is not None}
    assert named - {None} == made


@every_flow
def test_the_words_of_every_announcement_are_in_the_export_by_their_digest(of):
    scripts = [a.script for c in of.proof.receipts for a in c.receipt.answers if a.script is not None]
    assert {s.sha256 for s in scripts} == set(of.proof.wordings)
    assert all(script.version for script in scripts)


@every_flow
def test_no_number_is_in_a_receipt_and_every_place_says_how_it_was_found(of):
    flow = of.ended.flow.scenario
    numbers = {flow.from_, flow.to, *(p.number for p in (*flow.others, *([flow.callee] if flow.callee else ())))}
    bare = [digits for digits in (re.sub(r"\D", "", number) for number in numbers) if len(digits) >= 7]
    for checked in of.proof.receipts:
        held = json.dumps(checked.document)
        assert not [digits for digits in bare if digits in held]
        caller = [j for j in checked.document["jurisdictions"] if j["leg"] == "caller"]
        assert caller
        assert checked.document["policy"]["version"]
        assert {j["derived_from"].split(":")[0] for j in caller} <= {"number", "network", "establishment"}


def test_a_spoken_yes_is_one_of_our_phrases_with_its_confidence(proved):
    answers = [a for c in proved["spoken-yes"].proof.receipts for a in c.receipt.answers if a.method == "speech"]
    assert answers
    assert all(a.phrase and a.confidence is not None and a.digit is None for a in answers)


def test_a_pause_lies_in_the_receipt_where_it_lay_in_the_recording(proved):
    pauses = [c.document["pauses"] for c in proved["paused-and-resumed"].proof.receipts]
    assert pauses
    for (pause,) in pauses:
        assert 0 < pause["from_ms"] < pause["to_ms"]
        assert pause["is_done"]


def test_the_second_of_two_recordings_has_receipts_of_its_own_round(proved):
    found = proved["transfer-agreed"]
    first, second = (r.recording_sid for r in found.ended.recordings)
    rounds = {
        sid: max(a.round for c in found.proof.receipts if c.receipt.recording_sid == sid for a in c.receipt.answers)
        for sid in (first, second)
    }
    assert rounds == {first: 1, second: 2}


def test_a_refused_recording_carries_the_receipts_of_what_it_was_refused_for(proved):
    found = proved["recorded-elsewhere-without-yes"]
    (recording,) = found.ended.recordings
    assert recording.state.value == "refused"
    assert {c.receipt.recording_sid for c in found.proof.receipts} == {recording.recording_sid}
    assert "granted" not in found.newest.values()
