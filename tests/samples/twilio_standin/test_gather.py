"""Questions and what people do at them."""

from __future__ import annotations

import pytest

from samples.twilio_standin.gather import purpose_of
from samples.twilio_standin.twiml import parse_twiml

VOICE, CONSENT = "/twilio/acme/voice", "/twilio/acme/consent"
RECORDING = '<Start><Recording trim="do-not-trim"/></Start>'
GATE = f'<Gather numDigits="1" timeout="4" finishOnKey="" action="{CONSENT}"><Say>Press one to agree.</Say></Gather>'


def test_silence_falls_through_to_the_next_verb(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{GATE}{RECORDING}<Say>Go on.</Say></Response>"
    played = twilio.play(a_scenario(answers={"record": "silence"}), account, base=product.base)
    assert product.to(CONSENT) == []
    assert len(played.recording_sids) == 1


def test_silence_is_told_where_empty_results_are_wanted(product, twilio, account, a_scenario):
    gate = GATE.replace("<Gather ", '<Gather actionOnEmptyResult="true" ')
    product.twiml |= {VOICE: f"<Response>{gate}{RECORDING}</Response>", CONSENT: "<Response><Hangup/></Response>"}
    played = twilio.play(a_scenario(answers={"record": "silence"}), account, base=product.base)
    assert [got.params["Digits"] for got in product.to(CONSENT)] == [""]
    assert played.recording_sids == ()


def test_a_key_pressed_is_posted_to_the_action(product, twilio, account, a_scenario):
    product.twiml |= {VOICE: f"<Response>{GATE}</Response>", CONSENT: "<Response/>"}
    played = twilio.play(a_scenario(answers={"record": "1"}), account, base=product.base)
    [got] = product.to(CONSENT)
    assert got.params["Digits"] == "1"
    assert got.params["CallStatus"] == "in-progress"
    assert product.is_signed(got)
    assert played.asked == ("record",)


def test_a_person_asked_again_may_answer_otherwise(product, twilio, account, a_scenario):
    product.twiml |= {VOICE: f"<Response>{GATE}<Redirect>{VOICE}</Redirect></Response>", CONSENT: "<Response/>"}
    twilio.play(a_scenario(answers={"record": ["silence", "7"]}), account, base=product.base)
    assert [got.params["Digits"] for got in product.to(CONSENT)] == ["7"]
    assert len(product.to(VOICE)) == 2


def test_hanging_up_ends_the_call_and_posts_no_answer(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{GATE}{RECORDING}</Response>"
    played = twilio.play(a_scenario(answers={"record": "hang_up"}), account, base=product.base)
    assert product.to(CONSENT) == []
    assert played.ended_by == "caller"
    assert played.recording_sids == ()


def test_a_key_pressed_early_cuts_the_question_short(product, twilio, account, a_scenario):
    product.twiml |= {VOICE: f"<Response>{RECORDING}{GATE}</Response>", CONSENT: "<Response/>"}
    early = {"record": {"digits": "1", "after_s": 0.5}}
    played = twilio.play(a_scenario(answers=early), account, base=product.base)
    assert played.duration_s == pytest.approx(2.0 + 0.5 + 0.2)


def test_a_key_pressed_after_the_time_is_silence(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{GATE}</Response>"
    twilio.play(a_scenario(answers={"record": {"digits": "1", "after_s": 30}}), account, base=product.base)
    assert product.to(CONSENT) == []


def test_the_finishing_key_is_not_part_of_the_digits(product, twilio, account, a_scenario):
    product.twiml |= {VOICE: f'<Response><Gather action="{CONSENT}"/></Response>', CONSENT: "<Response/>"}
    twilio.play(a_scenario(answers={"record": "12#"}), account, base=product.base)
    [got] = product.to(CONSENT)
    assert (got.params["Digits"], got.params["FinishedOnKey"]) == ("12", "#")


def test_speech_is_told_only_where_the_question_listens_for_it(product, twilio, account, a_scenario):
    said = a_scenario(answers={"record": {"speech": "yes I agree", "confidence": 0.8}})
    product.twiml[VOICE] = f"<Response>{GATE}</Response>"
    twilio.play(said, account, base=product.base)
    assert product.to(CONSENT) == []
    product.twiml[VOICE] = f"<Response>{GATE.replace('<Gather ', '<Gather input="dtmf speech" ')}</Response>"
    twilio.play(said, account, base=product.base)
    [got] = product.to(CONSENT)
    assert (got.params["SpeechResult"], got.params["Confidence"]) == ("yes I agree", "0.8")


@pytest.mark.parametrize(
    ("action", "words", "purpose"),
    [
        ("/consent?attempt=1", "This call will be recorded.", "record"),
        ("/consent?purpose=train", "One more question.", "training"),
        ("/consent/training/2", "One more question.", "training"),
        ("/consent", "May the recording be used to train models?", "training"),
        ("/consent?gate=opt_out", "Press 9.", "opt_out"),
        ("/consent?attempt=1&amp;step=announced", "This call will be recorded to train us.", "announced"),
        ("/consent?step=record", "May we record, to train our staff?", "record"),
        ("/consent?step=message", "Leave a message.", "message"),
        ("/join?leg=2", "A call for you.", "whisper"),
        ("https://h/twilio/announced-training/consent?step=record", "Press 1.", "record"),
    ],
)
def test_what_a_question_is_about_is_told_by_its_address_or_its_words(action, words, purpose):
    [verb] = parse_twiml(f'<Response><Gather action="{action}"><Say>{words}</Say></Gather></Response>')
    assert purpose_of(verb) == purpose


def test_an_announcement_is_met_with_silence_by_somebody_who_would_answer_anything(
    product, twilio, account, a_scenario
):
    gate = f'<Gather action="{CONSENT}?step=announced" timeout="1" actionOnEmptyResult="true"><Say>x</Say></Gather>'
    product.twiml |= {VOICE: f"<Response>{gate}</Response>", CONSENT: "<Response/>"}
    played = twilio.play(a_scenario(answers={"any": "1"}), account, base=product.base)
    assert [got.params["Digits"] for got in product.to(CONSENT)] == [""]
    assert played.asked == ()
    [answer] = played.journal.answers
    assert (answer.purpose, answer.kind) == ("announced", "silence")


MESSAGE = (
    f'<Response>{RECORDING}<Gather action="{CONSENT}?step=message" numDigits="1" timeout="TIMEOUT" '
    'actionOnEmptyResult="true"><Say>Speak.</Say></Gather></Response>'
)


@pytest.mark.parametrize(
    ("timeout", "changes", "digits", "talked_s"),
    [
        (60, {"events": [{"at_s": 2, "do": "keypress", "digits": "2"}]}, ["2"], 2),
        (4, {}, [""], 4),
        (60, {}, [], 6),
        (60, {"ends_by": "agent"}, [""], 6),
    ],
    ids=["a-key-ends-it", "it-is-cut", "the-caller-hangs-up", "the-caller-falls-silent"],
)
def test_a_message_is_heard_until_it_ends(product, twilio, account, a_scenario, timeout, changes, digits, talked_s):
    product.twiml |= {VOICE: MESSAGE.replace("TIMEOUT", str(timeout)), CONSENT: "<Response><Hangup/></Response>"}
    played = twilio.play(a_scenario(**changes), account, base=product.base)
    assert [got.params["Digits"] for got in product.to(CONSENT)] == digits
    assert played.talked_until_s - played.talked_from_s == pytest.approx(talked_s)
    assert len(played.recording_sids) == 1
