from __future__ import annotations

import pytest

from pipeline.decisions.users import (
    change_password,
    choose_first_password,
    choose_language,
    disable_user,
    enable_user,
    matches,
    reset_password,
    set_roles,
    take_on_user,
)
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.users import find_credentials, get_user
from pipeline.store.web_sessions import list_sessions, open_session

NEW = "a quiet place by the sea"


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def test_the_one_time_password_opens_and_stands_nowhere(tx):
    user, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root")
    kept = find_credentials(tx, "ada")
    assert (matches(kept.password_hash, once), matches(kept.password_hash, once + "x")) == (True, False)
    assert kept.password_hash.startswith("$argon2id$")
    assert user.must_change_password
    assert all(once not in str(e.entry) for e in list_events(tx))


def test_nobody_without_a_password_comes_in_with_one(tx):
    _, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root", has_password=False)
    assert (once, matches(None, ""), matches("", ""), matches("not a digest", "x")) == ("", False, False, False)


def test_a_password_is_changed_by_who_knows_it_and_every_session_ends(tx):
    user, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root")
    open_session(tx, user, method="password")
    for present, new, error in (("x", NEW, NotPermitted), (once, "short", InvalidInput), (once, once, InvalidInput)):
        with pytest.raises(error):
            change_password(tx, user, present=present, new=new)
    assert not change_password(tx, user, present=once, new=NEW).must_change_password
    assert list_sessions(tx, user) == ()


def test_a_reset_ends_the_old_password_and_the_sessions(tx):
    user, once = take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root")
    open_session(tx, user, method="password")
    again = reset_password(tx, "ada", actor="user:root")
    kept = find_credentials(tx, "ada").password_hash
    assert (matches(kept, once), matches(kept, again), list_sessions(tx, user)) == (False, True, ())


@pytest.mark.parametrize("act", [set_roles, disable_user])
def test_nobody_acts_on_themselves_and_the_last_who_manages_stays(tx, act):
    more = ([Role.AUDITOR],) if act is set_roles else ()
    take_on_user(tx, "root", [Role.TENANT_ADMIN], actor="cli")
    for actor in ("user:root", "user:ada"):
        with pytest.raises(NotPermitted):
            act(tx, "root", *more, actor=actor)
    take_on_user(tx, "ada", [Role.TENANT_ADMIN], actor="user:root")
    act(tx, "root", *more, actor="user:ada")
    assert list(list_events(tx))[-1].entry.actor == "user:ada"


def test_every_act_is_in_the_log_with_its_actor(tx):
    user, _ = take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root")
    set_roles(tx, "ada", [Role.REVIEWER, Role.AUDITOR], actor="user:root")
    disable_user(tx, "ada", actor="user:root")
    enable_user(tx, "ada", actor="user:root")
    choose_language(tx, user, "es")
    told = [(e.entry.tag, e.entry.actor) for e in list_events(tx) if e.entry.target == user.id]
    assert told == [
        ("user:user:added", "user:root"),
        ("user:user:changed", "user:root"),
        ("user:user:disabled", "user:root"),
        ("user:user:enabled", "user:root"),
        ("user:user:changed", "user:ada"),
    ]
    assert get_user(tx, "ada").locale == "es"


def test_a_user_has_a_role(tx):
    with pytest.raises(InvalidInput):
        take_on_user(tx, "ada", [], actor="user:root")
    take_on_user(tx, "ada", [Role.REVIEWER], actor="user:root")
    with pytest.raises(InvalidInput):
        set_roles(tx, "ada", [], actor="user:root")


def test_a_first_password_is_chosen_once_and_is_not_the_one_time_one(tx):
    user, once = take_on_user(tx, "fay", [Role.REVIEWER], actor="cli")
    for easy in (once, "short"):
        with pytest.raises(InvalidInput):
            choose_first_password(tx, user, new=easy)
    choose_first_password(tx, user, new="a quiet place by the sea")
    with pytest.raises(NotPermitted):
        choose_first_password(tx, user, new="another place by the sea")
