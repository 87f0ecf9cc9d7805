from __future__ import annotations

import pytest

from pipeline.intake.choose_script import announcement, notice, question
from pipeline.model.consent import Method, Outcome
from pipeline.model.tenant import Topology
from pipeline.policies.scripts import ScriptId
from tests.pipeline.intake.conftest import TRANSCRIPT_ALONE, a_state, an_answer, an_owner


@pytest.mark.parametrize(
    ("chosen", "direction", "opening", "asked", "asked_again"),
    [
        ({}, "inbound", "announce", "ask_record", "ask_record_again"),
        ({}, "outbound-api", "announce_outbound", "ask_record", "ask_record_again"),
        ({"accepts_speech": True}, "inbound", "announce", "ask_record_speech", "ask_record_speech_again"),
        ({"accepts_speech": True}, "outbound-api", "announce_outbound", "ask_record", "ask_record_again"),
        (TRANSCRIPT_ALONE, "inbound", "announce_transcript", "ask_transcript", "ask_transcript_again"),
        (TRANSCRIPT_ALONE, "outbound-api", "announce_outbound_transcript", "ask_transcript", "ask_transcript_again"),
        (
            TRANSCRIPT_ALONE | {"accepts_speech": True},
            "inbound",
            "announce_transcript",
            "ask_transcript_speech",
            "ask_transcript_speech_again",
        ),
        ({"topology": Topology.VOICEMAIL}, "inbound", "voicemail_announce", "voicemail_ask", "ask_record_again"),
    ],
)
def test_the_words_are_those_of_what_is_asked_for(chosen, direction, opening, asked, asked_again):
    state = a_state(owner=an_owner(**chosen), direction=direction)
    assert (announcement(state), question(state), question(state, 2)) == (opening, asked, asked_again)


@pytest.mark.parametrize(
    ("chosen", "stayed", "agreed"),
    [
        ({}, ScriptId.INSIDE_NOTICE, ScriptId.INSIDE_NOTICE_EXPLICIT),
        (TRANSCRIPT_ALONE, ScriptId.TRANSCRIPT_NOTICE, ScriptId.TRANSCRIPT_NOTICE_EXPLICIT),
    ],
)
def test_the_notice_says_what_is_made_and_how_the_caller_agreed(chosen, stayed, agreed):
    owner = an_owner(**chosen)
    assert notice(a_state(an_answer(Outcome.GRANTED, method=Method.IMPLIED), owner=owner)) is stayed
    for method in (Method.DTMF, Method.SPEECH):
        assert notice(a_state(an_answer(Outcome.GRANTED, method=method), owner=owner)) is agreed
