from __future__ import annotations

import hashlib

from pipeline.consent.script import render_script
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.reads.consent_panel import answers_of, read_consent
from pipeline.store.consents import add_consent
from pipeline.store.recordings import merge_facts
from tests.builders import a_recording


def test_what_was_played_is_shown_by_its_digest_and_each_answer_with_all_it_was_about(line):
    recording = line.record()
    spoken = render_script("ask_record", "en-US", tenant_name=line.owner.display_name, wording=None)
    sha256 = hashlib.sha256(spoken.text.encode()).hexdigest()
    with line.tx() as tx:
        event = ConsentEvent(
            leg_role=LegRole.CALLER,
            purpose=Purpose.TRAIN,
            outcome=Outcome.DECLINED,
            method=Method.DTMF,
            at=tx.now,
            script=ScriptRef(id="ask_record", locale="en-US", sha256=sha256),
            digit="2",
        )
        add_consent(tx, recording.call, event, cause="test", actor="test")
        merge_facts(tx, recording.id, {"notice_at_ms": 1200, "is_notice_inside": True})
        panel = read_consent(tx, recording, line.owner)
    known = {wording.script.sha256: wording.text for wording in panel.wordings}
    assert known[sha256] == spoken.text
    assert known["5" * 64] is None  # no text has that digest: nothing is claimed
    by_outcome = {answer.outcome: answer for answer in panel.answers}
    assert set(by_outcome["granted"].purposes) == {"record", "transcribe", "store", "vendor_process"}
    assert (by_outcome["declined"].purposes, by_outcome["declined"].digit) == (("train",), "2")
    assert (panel.notice_at_ms, panel.is_notice_inside) == (1200, True)
    assert panel.call.tokens == ("N", "P", "O", "T")
    assert [leg.candidates for leg in panel.legs] == [("US-NY",)]


def test_a_file_that_was_handed_in_has_no_call_and_no_answer(line):
    with line.tx() as tx:
        panel = read_consent(tx, a_recording(tx, None), line.owner)
    assert (panel.call, panel.legs, panel.answers, panel.notice_at_ms) == (None, (), (), None)


def test_no_answers_are_none():
    assert answers_of(()) == ()
