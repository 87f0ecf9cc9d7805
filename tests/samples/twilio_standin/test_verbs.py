"""What each verb does."""

from __future__ import annotations

import numpy as np
import pytest

VOICE, NEXT = "/twilio/acme/voice", "/next"
RECORDING = '<Start><Recording trim="do-not-trim" name="main"/></Start>'
TALK = '<Connect action="/next"><Stream url="wss://example.test/agent"/></Connect>'


@pytest.fixture
def play(product, twilio, account, a_scenario):
    def run(body, **changes):
        product.twiml[VOICE] = f"<Response>{body}</Response>"
        return twilio.play(a_scenario(**changes), account, base=product.base)

    return run


def test_pauses_and_repeated_lines_take_their_time(play):
    played = play('<Pause length="3"/><Say loop="2">One two.</Say><Pause/>')
    assert played.duration_s == pytest.approx(2 + 3 + 2 * 0.72 + 1)
    assert [said.text for said in played.journal.said] == ["One two."] * 2


def test_hanging_up_executes_nothing_more(play):
    played = play(f"<Hangup/>{RECORDING}")
    assert (played.ended_by, played.recording_sids) == ("twiml", ())


def test_redirection_keeps_the_recorder_running(play, product, media):
    product.twiml[NEXT] = '<Response><Pause length="2"/></Response>'
    played = play(f"{RECORDING}<Say>One.</Say><Redirect>{NEXT}</Redirect>")
    assert len(media(played.recording_sids[0])) == round(2.36 * 8000)


def test_stop_ends_the_recording_of_that_name(play, media):
    body = f'{RECORDING}<Say>One two.</Say><Stop><Recording name="main"/></Stop><Say>Three four five.</Say>'
    assert len(media(play(body).recording_sids[0])) == round(0.72 * 8000)


def test_stop_leaves_a_recording_of_another_name(play, media):
    body = f'{RECORDING}<Say>One two.</Say><Stop><Recording name="other"/></Stop><Say>Three.</Say>'
    assert len(media(play(body).recording_sids[0])) == round(1.08 * 8000)


def test_silence_is_trimmed_unless_the_document_forbids_it(play, media):
    played = play('<Start><Recording/></Start><Pause length="3"/><Say>One two three.</Say><Pause length="3"/>')
    assert len(media(played.recording_sids[0])) / 8000 == pytest.approx(1.08, abs=0.04)


def test_other_things_started_in_the_background_are_noted(play):
    assert play("<Start><Transcription/></Start>").journal.started == ["Transcription"]


def test_the_agents_action_is_told_when_the_caller_hangs_up(play, product):
    product.twiml[NEXT] = f"<Response>{RECORDING}<Say>Too late.</Say></Response>"
    played = play(TALK)
    assert [got.params["CallStatus"] for got in product.to(NEXT)] == ["completed"]
    assert played.recording_sids == ()


def test_when_the_agent_ends_the_document_goes_on(play, product):
    product.twiml[NEXT] = "<Response><Say>Goodbye then.</Say></Response>"
    played = play(TALK, ends_by="agent")
    assert [said.text for said in played.journal.said] == ["Goodbye then."]


def test_a_message_is_the_caller_alone_on_one_channel(play, product, media):
    product.twiml[NEXT] = "<Response/>"
    played = play('<Record action="/next" maxLength="4" trim="do-not-trim"/>')
    [got] = product.to(NEXT)
    assert got.params["RecordingSid"] == played.recording_sids[0]
    assert got.params["RecordingDuration"] == "4"
    assert media(played.recording_sids[0], RequestedChannels="2").shape == (4 * 8000, 1)


def test_keys_that_are_played_are_heard(play, media):
    played = play(f'{RECORDING}<Play digits="12"/>')
    assert np.abs(media(played.recording_sids[0])).max() > 5000


def test_an_unknown_verb_ends_the_call_with_a_notification(play):
    played = play(f"{RECORDING}<Shout>Hello</Shout>")
    assert [notice.code for notice in played.journal.notices] == [12200]
    assert played.recording_sids == ()


def test_two_agents_at_once_are_refused(play):
    played = play('<Connect><Stream url="wss://a"/><ConversationRelay url="wss://b"/></Connect>')
    assert [notice.code for notice in played.journal.notices] == [12200]


def test_documents_that_go_round_in_a_circle_are_ended(play):
    assert play(f"<Redirect>{VOICE}</Redirect>").journal.notices[-1].code == 12000
