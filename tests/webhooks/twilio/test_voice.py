from __future__ import annotations

import hashlib
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.tenant import OnDecline, Topology
from pipeline.policies.loader import load_bundle
from pipeline.store.call_progress import lock_call
from pipeline.store.calls import find_call_by_sid, list_legs
from pipeline.store.consents import list_consents
from pipeline.store.numbers import mark_armed
from pipeline.store.policy_versions import NoticeDelivery, add_notice, add_version, keep_first
from pipeline.store.session import Database
from tests.fakes import KeeperIsAway
from tests.pipeline.policies.variants import variant
from tests.roles import beside
from tests.webhooks.conftest import AGENT, BASE, DENVER, DESK, NEW_YORK, WITHHELD

BERLIN, SAN_FRANCISCO = "+493012345678", "+14155550142"
SENTINELS = ("+266696687", "+7378742833", "+17378742833", "+86282452253", "+2562533", "+8656696")
NO_TELEPHONES = ("", "anonymous", "client:bob", "sip:a@b.example", "whatsapp:+12125550142")
NO_PLACES = ("+18005550142", "+1555", "+999123456789")
ANYWHERE = (*SENTINELS, *NO_TELEPHONES, *NO_PLACES)


def says(document) -> str:
    return " ".join("".join(say.itertext()) for say in document.iter("Say"))


def events_of(stage, call):
    with stage.context.database.transaction(call.owner.id) as tx:
        return list_consents(tx, find_call_by_sid(tx, call.call_sid).id)


def is_unrecorded_connection(document) -> bool:
    kept = [p.get("value") for p in document.iter("Parameter") if p.get("name") == "keep"]
    return document.find("Connect/Stream") is not None and kept == ["no"] and document.find("Start") is None


# --- staying after an announcement


def test_an_announced_call_is_recorded_once_the_caller_heard_the_announcement(stage):
    call = stage.call(stage.tenant())
    announced = call.ring()
    assert not call.was_told_to_record()
    assert stage.standing(call) == {}
    go_on = call.follow(announced)
    assert [verb.tag for verb in go_on] == ["Start", "Say", "Connect"]
    recording = go_on.find("Start/Recording")
    assert recording.get("trim") == "do-not-trim"
    assert recording.get("channels") == "dual"
    assert recording.get("recordingStatusCallback") == f"{BASE}/twilio/acme/recording#rc=3&rp=5xx,ct,rt"
    assert recording.get("recordingStatusCallbackEvent") == "in-progress completed absent"
    assert go_on.find("Connect/Stream").get("url") == AGENT
    assert stage.record_standing(call) == "granted"


def test_a_caller_who_leaves_during_the_announcement_agreed_to_nothing(stage):
    call = stage.call(stage.tenant())
    call.ring()
    assert call.end().status_code == 204
    assert stage.record_standing(call) == "hung_up"
    assert not call.was_told_to_record()


def test_the_announcement_of_a_call_that_needs_a_key_cannot_be_claimed_to_have_been_enough(stage):
    call = stage.call(stage.tenant())
    call.ring(WITHHELD)
    asked_again = call.document(call.path("consent?attempt=1&step=announced"))
    assert asked_again.find("Gather") is not None
    assert not call.was_told_to_record()
    assert stage.standing(call) == {}


def test_the_first_sentence_says_that_an_ai_speaks(stage):
    for caller in (NEW_YORK, WITHHELD):
        assert says(stage.call(stage.tenant(f"tenant-{len(caller)}")).ring(caller)).startswith(
            "You are speaking with an automated AI assistant for"
        )


# --- the explicit gate


def test_a_pressed_one_starts_the_recorder_and_is_kept_with_the_words_that_were_played(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(WITHHELD)
    go_on = call.press(asked, "1")
    assert [verb.tag for verb in go_on] == ["Start", "Say", "Connect"]
    assert "with your consent" in says(go_on)
    events = events_of(stage, call)
    assert {e.purpose.value for e in events} == {"record", "transcribe", "store", "vendor_process"}
    assert {e.outcome.value for e in events} == {"granted"}
    assert {e.method.value for e in events} == {"dtmf"}
    assert {e.digit for e in events} == {"1"}
    assert {e.script.sha256 for e in events} == {hashlib.sha256(says(asked).encode()).hexdigest()}


def test_a_pressed_two_goes_on_unrecorded(stage):
    call = stage.call(stage.tenant())
    go_on = call.press(call.ring(WITHHELD), "2")
    assert is_unrecorded_connection(go_on)
    assert "is not being recorded" in says(go_on)
    assert stage.record_standing(call) == "declined"
    assert not call.was_told_to_record()


@pytest.mark.parametrize(
    ("digits", "outcome"), [("", "no_answer"), ("7", "wrong_key"), ("#", "wrong_key"), ("12", "wrong_key")]
)
@pytest.mark.clause("nejix", "1", "You are responsible for ensuring your end-callers")
@pytest.mark.acceptance(1)
def test_without_a_clear_key_the_caller_is_asked_once_more_and_then_not_recorded(stage, digits, outcome):
    call = stage.call(stage.tenant())
    again = call.press(call.ring(WITHHELD), digits)
    assert again.find("Gather/Say/prosody").get("rate") == "slow"
    assert stage.standing(call) == {}
    go_on = call.press(again, digits)
    assert is_unrecorded_connection(go_on)
    assert stage.record_standing(call) == outcome
    assert not call.was_told_to_record()


def test_a_one_at_the_second_question_counts_and_is_kept_as_the_second_attempt(stage):
    call = stage.call(stage.tenant())
    go_on = call.press(call.press(call.ring(WITHHELD), ""), "1")
    assert go_on.find("Start/Recording") is not None
    assert {(e.attempts, e.script.id) for e in events_of(stage, call)} == {(2, "ask_record_again")}


@pytest.mark.acceptance(1)
def test_hanging_up_in_the_gate_is_not_an_answer(stage):
    call = stage.call(stage.tenant())
    call.press(call.ring(WITHHELD), "")
    call.end()
    assert stage.record_standing(call) == "hung_up"
    assert not call.was_told_to_record()


@pytest.mark.acceptance(1)
def test_a_key_that_arrives_after_the_caller_hung_up_starts_nothing(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(WITHHELD)
    call.end()
    call.press(asked, "1")
    assert stage.record_standing(call) == "hung_up"
    assert not call.was_told_to_record()


def test_a_refusal_is_not_undone_by_a_replayed_or_later_key(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(WITHHELD)
    call.press(asked, "2")
    call.press(asked, "1")
    assert stage.record_standing(call) == "declined"
    assert not call.was_told_to_record()


@pytest.mark.parametrize("caller", ANYWHERE)
def test_a_caller_who_could_be_anywhere_is_asked(stage, caller):
    call = stage.call(stage.tenant())
    assert call.ring(caller).find("Gather") is not None
    with stage.context.database.transaction(call.owner.id) as tx:
        begun = find_call_by_sid(tx, call.call_sid)
    assert "".join(begun.tokens) == "NPOBRATL"
    assert begun.mode == "explicit_gate"


# --- training


@pytest.mark.parametrize(("digits", "outcome"), [("1", "granted"), ("2", "declined")])
@pytest.mark.parametrize("caller", [NEW_YORK, WITHHELD])
def test_training_is_a_question_of_its_own_and_its_answer_does_not_touch_recording(stage, digits, outcome, caller):
    call = stage.call(stage.tenant(policy="connekz", asks_for_training=True))
    first = call.ring(caller)
    asked = call.follow(first) if caller == NEW_YORK else call.press(first, "1")
    assert "separate from the recording" in says(asked)
    assert not call.was_told_to_record()
    go_on = call.press(asked, digits)
    assert go_on.find("Start/Recording") is not None
    assert stage.record_standing(call) == "granted"
    assert stage.standing(call)["caller", "train"] == outcome


@pytest.mark.parametrize(("digits", "outcome"), [("", "no_answer"), ("9", "wrong_key")])
def test_no_clear_answer_at_the_training_question_means_that_nothing_is_recorded(stage, digits, outcome):
    call = stage.call(stage.tenant(policy="connekz", asks_for_training=True))
    go_on = call.press(call.follow(call.ring()), digits)
    assert is_unrecorded_connection(go_on)
    assert set(stage.standing(call).values()) == {outcome}
    assert not call.was_told_to_record()


def test_hanging_up_at_the_training_question_means_that_nothing_is_recorded(stage):
    call = stage.call(stage.tenant(policy="connekz", asks_for_training=True))
    call.follow(call.ring())
    call.end()
    assert set(stage.standing(call).values()) == {"hung_up"}
    assert not call.was_told_to_record()


def test_a_policy_that_forbids_training_never_asks_for_it(stage):
    call = stage.call(stage.tenant(policy="nejix", asks_for_training=True))
    assert call.follow(call.ring()).find("Start/Recording") is not None
    assert ("caller", "train") not in stage.standing(call)


# --- what the tenant chose


def test_a_tenant_that_ends_declined_calls_says_goodbye(stage):
    call = stage.call(stage.tenant(on_decline=OnDecline.END))
    go_on = call.press(call.ring(WITHHELD), "2")
    assert [verb.tag for verb in go_on] == ["Say", "Hangup"]
    assert not call.was_told_to_record()


def test_a_tenant_that_transfers_declined_calls_puts_them_through_to_a_person_unasked_and_unrecorded(stage):
    call = stage.call(stage.tenant(on_decline=OnDecline.TRANSFER, forward_to=DESK))
    go_on = call.press(call.ring(WITHHELD), "2")
    number = go_on.find("Dial/Number")
    assert (number.text, number.get("url")) == (DESK, None)
    assert go_on.find("Dial").get("record") is None
    assert not call.was_told_to_record()


def test_a_tenant_that_does_not_record_asks_nothing_and_says_that_an_ai_speaks(stage):
    call = stage.call(stage.tenant(is_recording_on=False, is_transcription_on=False))
    go_on = call.ring()
    assert is_unrecorded_connection(go_on)
    assert says(go_on).startswith("You are speaking with an automated AI assistant for Acme. All right.")
    call.document(call.path("consent?attempt=1&step=announced"))
    call.document(call.path("consent?attempt=1&step=record"), Digits="1")
    call.end()
    assert stage.standing(call) == {}
    assert not call.was_told_to_record()


@pytest.mark.clause("nejix", "1", "You are responsible for ensuring your end-callers")
def test_a_number_that_is_not_armed_is_answered_unrecorded_whoever_calls_it(stage):
    for caller in (NEW_YORK, WITHHELD):
        call = stage.call(stage.tenant(f"unarmed-{len(caller)}"))
        assert is_unrecorded_connection(call.ring(caller, To="+12125550199"))
        call.document(call.path("consent?attempt=1&step=announced"))
        call.document(call.path("consent?attempt=1&step=record"), Digits="1")
        assert stage.standing(call) == {}
        assert not call.was_told_to_record()


def test_a_tenant_without_anybody_to_answer_lets_the_caller_go_and_records_nothing(stage):
    call = stage.call(stage.tenant(agent_url=""))
    go_on = call.follow(call.ring())
    assert [verb.tag for verb in go_on] == ["Say", "Hangup"]
    assert not call.was_told_to_record()


# --- places and languages


def test_a_caller_whose_law_asks_for_the_local_language_hears_it(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(BERLIN)
    assert [say.get("language") for say in asked.iter("Say")] == ["de-DE"]
    assert asked.find("Gather") is not None


def test_a_caller_elsewhere_also_hears_the_tenants_language_and_the_receipt_names_both(stage):
    call = stage.call(stage.tenant(establishment=("DE",)))
    asked = call.ring(SAN_FRANCISCO)
    spoken = [(say.get("language"), "".join(say.itertext())) for say in asked.iter("Say")]
    assert [language for language, _ in spoken] == ["de-DE", "en-US"]
    call.press(asked, "1")
    together = "\n".join(text for _, text in spoken)
    assert {(e.script.locale, e.script.sha256) for e in events_of(stage, call)} == {
        ("de-DE+en-US", hashlib.sha256(together.encode()).hexdigest())
    }


def test_a_place_whose_language_we_cannot_speak_is_not_recorded(stage):
    call = stage.call(stage.tenant())
    assert is_unrecorded_connection(call.ring("+358912345678"))
    assert not call.was_told_to_record()


def test_the_tenants_establishment_counts_and_its_toll_free_number_does_not_make_it_unknown(stage):
    call = stage.call(stage.tenant(establishment=("NZ",)))
    with stage.context.database.transaction(call.owner.id) as tx:
        mark_armed(tx, "+18005550100", keys=stage.context.keys)
    call.ring(To="+18005550100")
    with stage.context.database.transaction(call.owner.id) as tx:
        begun = find_call_by_sid(tx, call.call_sid)
        legs = {leg.role.value: leg.candidates for leg in list_legs(tx, begun.id)}
    assert legs == {"caller": ("US-NY",), "agent": ("NZ",)}
    assert begun.mode == "notice_continue"


def test_a_hidden_forwarding_leg_adds_its_law(stage):
    call = stage.call(stage.tenant())
    call.ring(NEW_YORK, ForwardedFrom="client:desk")
    with stage.context.database.transaction(call.owner.id) as tx:
        assert find_call_by_sid(tx, call.call_sid).mode == "explicit_gate"


# --- calls that we make


def test_a_person_we_call_is_told_who_calls_and_their_number_decides_the_law(stage):
    call = stage.call(stage.tenant())
    fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "AnsweredBy": "human"}
    announced = call.document(call.path("voice"), **fields)
    assert says(announced).startswith("This is an automated AI assistant calling for")
    assert call.follow(announced).find("Start/Recording") is not None


@pytest.mark.parametrize("answered_by", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_that_picks_up_is_never_recorded(stage, answered_by):
    call = stage.call(stage.tenant())
    fields = {"From": DENVER, "To": NEW_YORK, "Direction": "outbound-api", "AnsweredBy": answered_by}
    assert is_unrecorded_connection(call.document(call.path("voice"), **fields))
    assert not call.was_told_to_record()


# --- repetition and failure


def test_a_webhook_that_comes_twice_is_answered_the_same_and_noted_once(stage):
    call = stage.call(stage.tenant(policy="connekz", asks_for_training=True))
    call.ring(WITHHELD)
    asked = call.ring(WITHHELD)
    call.press(asked, "1")
    training = call.press(asked, "1")
    call.press(training, "2")
    call.press(training, "2")
    first, second, third = call.documents[0::2], call.documents[1::2], len(events_of(stage, call))
    assert first == second
    assert third == 5


def test_a_call_whose_beginning_fails_goes_on_unrecorded(stage):
    for number, faulty in enumerate(({"policy": "no-such-policy"}, {"establishment": ("Atlantis",)})):
        call = stage.call(stage.tenant(f"faulty-{number}", **faulty))
        assert is_unrecorded_connection(call.ring())
        assert not call.was_told_to_record()
        assert stage.standing(call) == {}


def test_an_answer_for_a_call_that_is_not_known_is_not_recorded(stage):
    call = stage.call(stage.tenant())
    assert is_unrecorded_connection(call.document(call.path("consent?attempt=1&step=record"), Digits="1"))
    assert not call.was_told_to_record()


@pytest.mark.acceptance(1)
def test_the_fallback_goes_on_unrecorded_and_closes_the_open_question(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(WITHHELD)
    assert is_unrecorded_connection(call.document(call.path("fallback"), ErrorCode="11200"))
    assert stage.record_standing(call) == "no_answer"
    call.press(asked, "1")
    assert stage.record_standing(call) == "no_answer"
    assert not call.was_told_to_record()


def test_the_fallback_of_an_unknown_call_goes_on_unrecorded(stage):
    call = stage.call(stage.tenant())
    assert is_unrecorded_connection(call.document(call.path("fallback"), ErrorCode="11205"))
    assert not call.was_told_to_record()


def test_the_fallback_never_connects_again_two_people_who_may_be_recorded(stage):
    call = stage.call(stage.tenant(topology=Topology.FORWARD))
    dial = call.follow(call.ring()).find("Dial")
    asked = call.document(dial.find("Number").attrib["url"])
    call.press(asked, "1")
    assert [verb.tag for verb in call.document(call.path("fallback"), ErrorCode="11200")] == ["Hangup"]


def test_the_fallback_stops_a_recorder_before_it_says_that_nothing_is_recorded(stage):
    call = stage.call(stage.tenant())
    call.follow(call.ring())
    stage.recordings.running.add(call.call_sid)
    assert is_unrecorded_connection(call.document(call.path("fallback"), ErrorCode="64101"))
    assert stage.recordings.running == set()


@pytest.mark.acceptance(1)
def test_without_the_database_twilio_is_told_to_come_back_and_the_fallback_still_lets_the_caller_go(
    stage, clock, tmp_path
):
    call = stage.call(stage.tenant())
    gone = Database(beside(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}"), clock=clock)
    down = stage.on(gone)
    call.client = down.client
    for route in ("voice", "consent?attempt=1&step=record", "recording", "status"):
        answer = call.post(call.path(route), call.form(From=NEW_YORK, To=DENVER, Digits="1"))
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["content-type"] == "application/problem+json"
    goodbye = call.document(call.path("fallback"), ErrorCode="11200")
    assert [verb.tag for verb in goodbye] == ["Say", "Hangup"]
    assert "is not being recorded" in says(goodbye)
    assert not call.was_told_to_record()


def test_without_the_keeper_of_the_keys_twilio_is_told_to_come_back_and_the_fallback_lets_the_caller_go(stage, clock):
    call = stage.call(stage.tenant())
    call.client = stage.on(stage.context.database, keys=KeeperIsAway()).client
    assert call.post(call.path("voice"), call.form(From=NEW_YORK, To=DENVER)).status_code == 503
    assert [verb.tag for verb in call.document(call.path("fallback"), ErrorCode="11200")] == ["Say", "Hangup"]
    assert not call.was_told_to_record()


def test_the_fallback_too_answers_only_what_the_tenants_account_signed(stage):
    call = stage.call(stage.tenant())
    assert call.post(call.path("fallback"), call.form(), token="another").status_code == 403
    assert call.post("/twilio/nobody/fallback", call.form()).status_code == 404


# --- any behaviour

PRESSES = st.sampled_from(["", "1", "2", "5", "#"])
HAPPENINGS = st.one_of(
    st.tuples(st.just("consent?attempt=1&step=announced"), st.just("")),
    st.tuples(st.sampled_from(["consent?attempt=1&step=record", "consent?attempt=2&step=record"]), PRESSES),
    st.tuples(st.just("consent?attempt=1&step=training"), PRESSES),
    st.tuples(st.sampled_from(["voice", "fallback", "status", "withdraw"]), st.just("")),
)


@settings(max_examples=40)
@given(happenings=st.lists(HAPPENINGS, max_size=7), caller=st.sampled_from([NEW_YORK, WITHHELD]))
def test_whatever_comes_in_whatever_order_after_a_refusal_no_document_starts_a_recorder(stage, happenings, caller):
    call = stage.call(stage.a_trainer())
    call.ring(caller)
    for route, digits in happenings:
        had_refused = stage.record_standing(call) not in (None, "granted")
        before = len(call.documents)
        if route == "withdraw":
            assert stage.withdraw(call, key="trainer").status_code == 200
        elif route == "status":
            assert call.end().status_code == 204
        else:
            call.document(call.path(route), Digits=digits, From=caller, To=DENVER, Direction="inbound")
        starts = any("<Recording" in document for document in call.documents[before:])
        stands = stage.standing(call)
        assert not (starts and had_refused)
        if starts:
            assert stands["caller", "record"] == "granted"
            assert stands["caller", "train"] in ("granted", "declined")


def test_an_answer_waits_for_another_that_is_being_noted(stage):
    call = stage.call(stage.tenant())
    asked = call.ring(caller="+4930123456")
    answered: list[object] = []
    thread = threading.Thread(target=lambda: answered.append(call.press(asked, "1")))
    with stage.context.database.transaction(call.owner.id) as tx:
        lock_call(tx, call.call_sid)
        thread.start()
        thread.join(0.5)
        assert answered == []
    thread.join(10)
    assert len(answered) == 1
    assert stage.standing(call)["caller", "record"] == "granted"


# --- the version of the policy


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_call_begins_under_the_version_in_force_that_day_and_not_one_that_is_only_announced(stage, clock):
    owner = stage.tenant()
    call = stage.call(owner)
    later = variant("nejix", {"record/allowed": False}, effective=clock.now().date() + timedelta(days=20))
    with stage.context.database.transaction(owner.id) as tx:
        keep_first(tx, load_bundle("nejix"))
        add_version(tx, later, notice_days=14, actor="test")
        named = {"policy_id": "nejix", "version": later.version, "channel": "email", "recipient_ref": "r"}
        add_notice(tx, NoticeDelivery(**named, status=250, delivered_at=tx.now, in_force_from=later.effective.day))
    call.ring()
    clock.move(days=20)
    second = stage.call(owner)
    assert is_unrecorded_connection(second.ring())
    with stage.context.database.transaction(owner.id) as tx:
        digests = [find_call_by_sid(tx, one.call_sid).policy_digest for one in (call, second)]
    assert digests == [load_bundle("nejix").digest, later.digest]
