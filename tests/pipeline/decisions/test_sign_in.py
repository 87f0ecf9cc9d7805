from __future__ import annotations

import pytest

from pipeline.decisions.sign_in import Attempt, sign_in
from pipeline.decisions.users import disable_user, take_on_user
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.web_sessions import digest_of, find_session


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def tried(tx, keys, password, *, login="ada", address="192.0.2.1"):
    return sign_in(tx, Attempt(login=login, password=password, address=address), keys=keys)


def test_the_right_password_opens_a_session_and_nothing_else_does(tx, keys):
    user, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="cli")
    entered = tried(tx, keys, once)
    assert find_session(tx, digest_of(entered.token)).user == user
    for attempt in ({"password": "wrong"}, {"password": once, "login": "eve"}, {"password": once, "login": "ADA"}):
        entered = tried(tx, keys, **attempt)
        assert (entered.user, entered.token) == (None, "")
    disable_user(tx, "ada", actor="user:root")
    assert tried(tx, keys, once).user is None


def test_the_sixth_guess_from_one_place_is_not_even_checked_and_another_place_still_may(tx, keys):
    _, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="cli")
    for _ in range(5):
        tried(tx, keys, "wrong")
    assert tried(tx, keys, once).is_too_often
    assert tried(tx, keys, once, address="192.0.2.2").user is not None


def test_one_place_that_tries_many_logins_is_stopped(tx, keys, monkeypatch):
    monkeypatch.setattr("pipeline.decisions.sign_in._MOST_PLACE", 4)
    for number in range(4):
        tried(tx, keys, "wrong", login=f"user{number}")
    assert tried(tx, keys, "wrong", login="user9").is_too_often


def test_neither_a_login_that_is_unknown_nor_an_address_stands_in_the_log(tx, keys):
    tried(tx, keys, "canary-password", login="canary-login", address="198.51.100.77")
    text = str([e.entry for e in list_events(tx)])
    assert "user:session:refused" in text
    assert not any(word in text for word in ("canary", "198.51"))
