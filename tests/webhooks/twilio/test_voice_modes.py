"""How the modes, the ways to answer and the ways calls are answered sound to a caller, over the signed door."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.tenant import OnDecline, Topology
from pipeline.store.calls import find_call_by_sid
from pipeline.store.processors import add_evidence
from pipeline.store.tenants import change_tenant
from tests.builders import ON_FILE
from tests.webhooks.conftest import DENVER, NEW_YORK, WITHHELD
from tests.webhooks.twilio.test_voice import BERLIN, SAN_FRANCISCO, events_of, is_unrecorded_connection, says

SEATTLE = "+12065550142"
TRANSCRIPT_ALONE = {"is_recording_on": False, "is_transcription_on": True}


def answer(call, asked, **fields):
    """Answer a question with what Twilio would send."""
    return call.document(asked.find("Gather").attrib["action"], **fields)


# --- keys during the announcement


def test_a_two_in_the_announcement_refuses_and_the_receipt_says_how(stage):
    call = stage.call(stage.tenant())
    announced = call.ring()
    assert is_unrecorded_connection(call.follow(announced, "2"))
    assert {(e.outcome, e.method, e.digit) for e in events_of(stage, call)} == {("declined", "dtmf", "2")}
    spoken = hashlib.sha256(says(announced).encode()).hexdigest()
    assert {e.script.sha256 for e in events_of(stage, call)} == {spoken}
    assert not call.was_told_to_record()


@pytest.mark.parametrize(
    ("digits", "outcome"), [("1", "granted"), ("2", "declined"), ("", "no_answer"), ("4", "wrong_key")]
)
def test_another_key_in_the_announcement_has_the_caller_asked_and_then_only_a_one_agrees(stage, digits, outcome):
    call = stage.call(stage.tenant())
    asked = call.follow(call.ring(), "9")
    assert "step=record" in asked.find("Gather").get("action")
    assert "Press 1 to agree" in says(asked)
    go_on = call.press(asked, digits)
    if outcome in ("no_answer", "wrong_key"):
        go_on = call.press(go_on, digits)
    assert stage.record_standing(call) == outcome
    assert call.was_told_to_record() is (outcome == "granted")
    assert (go_on.find("Start/Recording") is not None) is (outcome == "granted")


# --- the words that were played


@pytest.mark.parametrize("caller", [NEW_YORK, WITHHELD])
def test_an_answer_to_words_that_changed_meanwhile_is_asked_for_anew_and_the_receipt_names_what_was_heard(
    stage, caller
):
    call = stage.call(stage.tenant(policy="connekz", asks_for_training=True))
    before = call.ring(caller)
    renamed = replace(call.owner, display_name="Acme of New York")
    with stage.context.database.transaction(call.owner.id) as tx:
        change_tenant(tx, renamed, keys=stage.context.keys, actor="test", changed=[])
    key = "" if caller == NEW_YORK else "1"
    again = call.press(before, key)
    assert again.find("Gather") is not None
    assert "Acme of New York" in says(again)
    assert stage.standing(call) == {}
    training = call.press(again, key)
    assert "separate from the recording" in says(training)
    spoken = hashlib.sha256(says(again).encode()).hexdigest()
    assert {e.script.sha256 for e in events_of(stage, call)} == {spoken}
    assert call.press(training, "2").find("Start/Recording") is not None


# --- spoken answers


@pytest.fixture
def talking(stage):
    return stage.call(stage.tenant(asks_everyone=True, accepts_speech=True))


def test_a_question_that_takes_words_says_so_and_a_spoken_yes_is_kept_as_our_phrase(stage, talking):
    asked = talking.ring()
    gather = asked.find("Gather")
    assert (gather.get("input"), gather.get("language")) == ("dtmf speech", "en-US")
    assert "say yes or press 1" in says(asked)
    go_on = answer(talking, asked, SpeechResult="Yes, please.", Confidence="0.93")
    assert go_on.find("Start/Recording") is not None
    kept = {(e.method.value, e.phrase, e.confidence, e.digit) for e in events_of(stage, talking)}
    assert kept == {("speech", "yes please", 0.93, None)}
    assert "with your consent" in says(go_on)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"SpeechResult": "No.", "Confidence": "0.9"}, "declined"),
        ({"SpeechResult": "yes I mean no", "Confidence": "0.9"}, "declined"),
        ({"SpeechResult": "yes", "Confidence": "0.3"}, "unclear"),
        ({"SpeechResult": "yes", "Confidence": "certainly"}, "unclear"),
        ({"SpeechResult": "yes"}, "unclear"),
        ({"SpeechResult": "who is this", "Confidence": "0.99"}, "unclear"),
        ({"SpeechResult": "", "Confidence": "0.99"}, "no_answer"),
        ({"SpeechResult": "yes", "Confidence": "0.99", "Digits": "2"}, "declined"),
        ({"SpeechResult": "yes", "Confidence": "0.99", "Digits": "8"}, "wrong_key"),
    ],
)
def test_words_that_are_no_clear_yes_record_nothing(stage, talking, fields, outcome):
    go_on = answer(talking, talking.ring(), **fields)
    if outcome in ("unclear", "no_answer", "wrong_key"):
        assert stage.standing(talking) == {}
        assert "say yes or press 1" in says(go_on)
        go_on = answer(talking, go_on, **fields)
    assert is_unrecorded_connection(go_on)
    assert stage.record_standing(talking) == outcome
    assert not talking.was_told_to_record()


def test_a_key_is_still_an_answer_where_words_are(stage, talking):
    assert answer(talking, talking.ring(), Digits="1").find("Start/Recording") is not None
    assert {e.method.value for e in events_of(stage, talking)} == {"dtmf"}


@pytest.mark.parametrize("caller", [WITHHELD, BERLIN])
def test_where_a_law_asks_for_a_key_words_are_not_listened_for_and_claimed_words_are_nothing(stage, caller):
    call = stage.call(stage.tenant(accepts_speech=True))
    asked = call.ring(caller)
    assert asked.find("Gather").get("input") == "dtmf"
    for _ in range(2):
        asked = answer(call, asked, SpeechResult="yes", Confidence="0.99")
    assert stage.record_standing(call) == "no_answer"
    assert not call.was_told_to_record()


# --- calls that we make


@pytest.mark.parametrize("answered_by", ["unknown", "", "something-new"])
def test_on_a_call_that_we_make_staying_is_agreeing_only_for_a_person_known_to_be_there(stage, answered_by):
    call = stage.call(stage.tenant(accepts_speech=True))
    fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "AnsweredBy": answered_by}
    asked = call.document(call.path("voice"), **fields)
    assert "step=record" in asked.find("Gather").get("action")
    assert asked.find("Gather").get("input") == "dtmf"
    call.document(call.path("consent?attempt=1&step=announced"))
    assert stage.standing(call) == {}
    assert call.press(call.press(asked, ""), "").find("Start") is None
    assert stage.record_standing(call) == "no_answer"


# --- a transcript alone


def test_an_agent_that_only_transcribes_is_announced_as_that_and_keeps_after_the_caller_stayed(stage):
    call = stage.call(stage.tenant(**TRANSCRIPT_ALONE))
    announced = call.ring()
    assert "A written transcript of this call will be made" in says(announced)
    go_on = call.follow(announced)
    assert [verb.tag for verb in go_on] == ["Say", "Connect"]
    assert {p.get("name"): p.get("value") for p in go_on.iter("Parameter")}["keep"] == "yes"
    assert {(e.purpose.value, e.outcome.value) for e in events_of(stage, call)} == {
        ("transcribe", "granted"), ("store", "granted"), ("vendor_process", "granted")
    }  # fmt: skip
    assert not any(word in document.lower() for document in call.documents for word in ("recorded", "recording"))


@pytest.mark.parametrize(
    ("digits", "outcome"), [("1", "granted"), ("2", "declined"), ("", "no_answer"), ("5", "wrong_key")]
)
@pytest.mark.clause("nejix", "1", "consent to any recording or transcription")
def test_a_transcript_alone_is_gated_like_a_recording(stage, digits, outcome):
    call = stage.call(stage.tenant(**TRANSCRIPT_ALONE))
    asked = call.ring(WITHHELD)
    assert "Press 2 to continue without a transcript" in says(asked)
    go_on = call.press(asked, digits)
    if outcome in ("no_answer", "wrong_key"):
        go_on = call.press(go_on, digits)
    assert stage.standing(call)["caller", "transcribe"] == outcome
    assert stage.record_standing(call) is None
    keep = {p.get("name"): p.get("value") for p in go_on.iter("Parameter")}["keep"]
    assert keep == ("yes" if outcome == "granted" else "no")
    assert not call.was_told_to_record()


# --- who answers


def test_an_agent_reached_as_text_has_the_recorder_started_before_it_is_connected(stage):
    call = stage.call(stage.tenant(topology=Topology.RELAY))
    go_on = call.follow(call.ring())
    assert [verb.tag for verb in go_on] == ["Start", "Say", "Connect"]
    assert go_on.find("Connect/ConversationRelay").get("language") == "en-US"


def test_an_agent_reached_as_text_is_told_to_keep_nothing_of_a_caller_who_refused(stage):
    call = stage.call(stage.tenant(topology=Topology.RELAY))
    go_on = call.follow(call.ring(), "2")
    assert [verb.tag for verb in go_on] == ["Say", "Connect"]
    told = {p.get("name"): p.get("value") for p in go_on.iter("Parameter")}
    assert told == {"callSid": call.call_sid, "keep": "no"}


def test_an_agent_reached_as_text_is_not_connected_where_nothing_proves_who_hears_and_speaks(stage):
    owner = stage.tenant(topology=Topology.RELAY)
    call = stage.call(owner)
    announced = call.ring()
    with stage.context.database.transaction(owner.id) as tx:
        (gcp,) = [proof for proof in ON_FILE if proof.name == "gcp"]
        add_evidence(tx, replace(gcp, expires_on=date(2021, 1, 1)), actor="test")
    for document in (call.follow(announced), stage.call(owner).ring(WITHHELD)):
        assert "ConversationRelay" not in ElementTree.tostring(document, "unicode")
    assert [verb.tag for verb in call.follow(announced)] == ["Say", "Hangup"]


def test_a_message_is_recorded_with_its_notice_inside_and_a_two_takes_it_back(stage):
    call = stage.call(stage.tenant(topology=Topology.VOICEMAIL, agent_url="", voicemail_s=90))
    announced = call.ring()
    assert says(announced).startswith("This is the automated AI assistant that takes messages for Acme.")
    taking = call.follow(announced)
    assert [verb.tag for verb in taking] == ["Start", "Gather"]
    assert taking.find("Start/Recording").get("trim") == "do-not-trim"
    gather = taking.find("Gather")
    assert (gather.get("timeout"), gather.get("input"), gather.get("finishOnKey")) == ("90", "dtmf", "")
    assert says(taking).startswith("This call is now being recorded and transcribed.")
    ended = call.press(taking, "2")
    assert [verb.tag for verb in ended] == ["Say", "Hangup"]
    assert stage.record_standing(call) == "withdrawn"
    assert stage.recordings.stopped == [call.call_sid]
    assert stage.standing(call)["caller", "train"] == "withdrawn"


def test_a_message_that_ends_in_silence_is_thanked_for(stage):
    call = stage.call(stage.tenant(topology=Topology.VOICEMAIL, agent_url=""))
    ended = call.press(call.follow(call.ring()), "")
    assert [verb.tag for verb in ended] == ["Say", "Hangup"]
    assert "Thank you" in says(ended)
    assert stage.record_standing(call) == "granted"
    assert stage.recordings.stopped == []


@pytest.mark.parametrize("on_decline", [OnDecline.CONTINUE, OnDecline.END])
@pytest.mark.contradiction(15)
def test_a_caller_who_refuses_at_voicemail_is_told_that_no_message_can_be_taken(stage, on_decline):
    call = stage.call(stage.tenant(topology=Topology.VOICEMAIL, agent_url="", on_decline=on_decline))
    asked = call.ring(WITHHELD)
    assert "Press 1 to agree and leave a message" in says(asked)
    ended = call.press(asked, "2")
    assert [verb.tag for verb in ended] == ["Say", "Hangup"]
    assert ("cannot take a message" in says(ended)) is (on_decline is OnDecline.CONTINUE)
    assert not call.was_told_to_record()


def test_the_fallback_of_a_message_call_says_nothing_untrue_of_a_recorder_that_runs(stage):
    call = stage.call(stage.tenant(topology=Topology.VOICEMAIL, agent_url=""))
    call.follow(call.ring())
    assert [verb.tag for verb in call.document(call.path("fallback"), ErrorCode="11200")] == ["Hangup"]


# --- two laws at once (D.5, 3)


@pytest.mark.parametrize(
    ("caller", "tokens"), [(SAN_FRANCISCO, "NPOBATL"), (SEATTLE, "NPOBRATL")], ids=["california", "washington"]
)
@pytest.mark.acceptance(3)
def test_a_caller_in_america_and_a_person_in_germany_are_each_asked_and_nothing_runs_before_the_key(
    stage, caller, tokens
):
    call = stage.call(stage.tenant(topology=Topology.FORWARD, forward_to=BERLIN))
    asked = call.ring(caller)
    with stage.context.database.transaction(call.owner.id) as tx:
        begun = find_call_by_sid(tx, call.call_sid)
    assert ("".join(begun.tokens), begun.mode) == (tokens, "explicit_gate")
    assert [say.get("language") for say in asked.iter("Say")] == ["de-DE", "en-US"]
    assert not call.was_told_to_record()
    assert stage.recordings.started == []
    go_on = call.press(asked, "1")
    # Whoever is put through has not been asked yet: bridged, or met in a room where the notice is said to both.
    assert go_on.find("Start") is None
    assert (go_on.find("Dial/Conference") is not None) is ("R" in tokens)
    assert 'record="record' not in call.documents[-1]
    assert stage.recordings.started == []


def test_a_call_between_america_and_germany_is_one_asked_leg_where_an_assistant_answers(stage):
    call = stage.call(stage.tenant(establishment=("DE",)))
    asked = call.ring(SEATTLE)
    assert asked.find("Gather") is not None
    go_on = call.press(asked, "1")
    assert [verb.tag for verb in go_on] == ["Start", "Say", "Say", "Connect"]


# --- any behaviour

WORDS = st.sampled_from([{}, {"Digits": ""}, {"Digits": "1"}, {"Digits": "2"}, {"Digits": "7"}])
SPOKEN = st.sampled_from(
    [{"SpeechResult": said, "Confidence": sure} for said in ("yes", "no", "well") for sure in ("0.9", "0.2", "")]
)
HAPPENINGS = st.one_of(
    st.tuples(st.just("consent?attempt=1&step=announced"), WORDS),
    st.tuples(
        st.sampled_from(["consent?attempt=1&step=record", "consent?attempt=2&step=record"]), st.one_of(WORDS, SPOKEN)
    ),
    st.tuples(st.sampled_from(["consent?attempt=1&step=message", "consent?attempt=1&step=nonsense"]), WORDS),
    st.tuples(st.sampled_from(["voice", "fallback", "status"]), st.just({})),
)
MANNERS = [
    {"topology": topology, "accepts_speech": speech, "asks_everyone": everyone, **switches}
    for topology in (Topology.AGENT, Topology.RELAY, Topology.VOICEMAIL)
    for speech in (False, True)
    for everyone in (False, True)
    for switches in ({}, TRANSCRIPT_ALONE)
]


@settings(max_examples=40)
@given(
    happenings=st.lists(HAPPENINGS, max_size=6),
    caller=st.sampled_from([NEW_YORK, WITHHELD]),
    manner=st.integers(0, len(MANNERS) - 1),
)
def test_however_calls_are_answered_after_a_refusal_nothing_records_and_nobody_keeps(stage, happenings, caller, manner):
    call = stage.call(stage.any_tenant(f"manner-{manner}", **MANNERS[manner]))
    call.ring(caller)
    purpose = "transcribe" if MANNERS[manner].get("is_recording_on") is False else "record"
    for route, fields in happenings:
        before = stage.standing(call).get(("caller", purpose))
        told = len(call.documents)
        if route == "status":
            assert call.end().status_code == 204
        else:
            call.document(call.path(route), From=caller, To=DENVER, Direction="inbound", **fields)
        new = "".join(call.documents[told:])
        is_on = "<Recording" in new or 'value="yes"' in new
        assert not (is_on and before not in (None, "granted"))
        if is_on:
            assert stage.standing(call)["caller", purpose] == "granted"
        if purpose == "transcribe":
            assert "<Recording" not in new
