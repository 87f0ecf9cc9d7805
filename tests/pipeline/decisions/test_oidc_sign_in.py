from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.decisions.identity_provider import link_identity, remove_provider, set_provider
from pipeline.decisions.oidc_sign_in import Refusal, Return, accept_return, enter, refuse
from pipeline.decisions.sign_in import Attempt, sign_in
from pipeline.decisions.users import disable_user, take_on_user
from pipeline.model.identity import Provider, Trip
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.web_sessions import digest_of, find_session

OURS = Provider(issuer="https://login.example.com", client_id="earmark", client_secret="secret")
TRIP = Trip(state="canary-state", nonce="n", verifier="v")
HOME = "198.51.100.77"


@pytest.fixture
def tx(database, tenant, keys):
    with database.transaction(tenant.id) as opened:
        take_on_user(opened, "ada", [Role.REVIEWER], actor="cli")
        set_provider(opened, OURS, keys=keys, actor="cli")
        link_identity(opened, "ada", "canary-subject", keys=keys, actor="cli")
        yield opened


def returned(tx, keys, trip=TRIP, issuer=OURS.issuer, **changed):
    came = Return(**({"state": TRIP.state, "is_error": False, "address": HOME} | changed))
    return accept_return(tx, trip, issuer, came, keys=keys)


def sign_ins(tx):
    return [e.entry for e in list_events(tx) if e.entry.tag.startswith("user:session:")]


def test_whose_identity_it_is_comes_in_and_it_stands_in_the_log(tx, keys):
    assert returned(tx, keys) == (OURS, None)
    entered, why = enter(tx, OURS, "canary-subject", HOME, keys=keys)
    session = find_session(tx, digest_of(entered.token))
    assert (why, session.user.login, session.method) == (None, "ada", "oidc")
    (noted,) = sign_ins(tx)
    assert (noted.tag, noted.actor, dict(noted.facts)) == ("user:session:opened", "user:ada", {"method": "oidc"})


def test_a_trip_is_good_for_one_time_however_it_ended(tx, keys):
    assert returned(tx, keys, is_error=True) == (None, Refusal.PROVIDER)
    assert returned(tx, keys) == (None, Refusal.ANOTHER_TRIP)
    assert returned(tx, keys, trip=replace(TRIP, state="x"), state="x") == (OURS, None)


def test_what_was_not_sent_does_not_come_back_and_leaves_the_trip_as_it_is(tx, keys):
    for changed in ({"state": "another"}, {"state": ""}, {"state": "ü"}, {"issuer": "https://id.example.org"}):
        came = Return(**({"state": TRIP.state, "is_error": False, "address": HOME} | changed))
        assert accept_return(tx, TRIP, OURS.issuer, came, keys=keys) == (None, Refusal.ANOTHER_TRIP)
    assert returned(tx, keys) == (OURS, None)


def test_a_trip_to_a_provider_that_is_another_now_or_gone_ends_nowhere(tx, keys):
    assert returned(tx, keys, issuer="https://id.example.org") == (None, Refusal.ANOTHER_TRIP)
    other = replace(OURS, client_id="other")
    assert enter(tx, other, "canary-subject", HOME, keys=keys)[1] is Refusal.ANOTHER_TRIP
    remove_provider(tx, actor="cli")
    assert returned(tx, keys) == (None, Refusal.ANOTHER_TRIP)
    assert enter(tx, OURS, "canary-subject", HOME, keys=keys)[1] is Refusal.ANOTHER_TRIP


def test_an_unknown_identity_and_a_disabled_person_are_answered_alike_and_nobody_is_taken_on(tx, keys):
    unknown = enter(tx, OURS, "somebody-else", HOME, keys=keys)
    disable_user(tx, "ada", actor="user:root")
    disabled = enter(tx, OURS, "canary-subject", HOME, keys=keys)
    assert unknown == disabled
    assert unknown[1] is Refusal.UNKNOWN
    assert [dict(e.facts) for e in sign_ins(tx)] == [{"method": "oidc", "reason": "unknown"}] * 2
    assert not any(word in str(list_events(tx)) for word in ("canary", "somebody-else", HOME))


def test_failures_of_a_place_count_with_its_wrong_passwords(tx, keys, monkeypatch):
    monkeypatch.setattr("pipeline.decisions.sign_in._MOST_PLACE", 2)
    for _ in range(3):
        assert refuse(tx, Refusal.UNREACHABLE, HOME, keys=keys) is Refusal.UNREACHABLE
    for _ in range(2):
        assert returned(tx, keys, state="x") == (None, Refusal.ANOTHER_TRIP)
    assert returned(tx, keys) == (None, Refusal.TOO_OFTEN)
    guess = Attempt(login="ada", password="x", address=HOME)
    assert sign_in(tx, guess, keys=keys).is_too_often
    assert returned(tx, keys, address="192.0.2.1") == (OURS, None)
