from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.errors import NotFound
from pipeline.model.user import Role
from pipeline.store.users import add_user, change_user
from pipeline.store.web_sessions import (
    digest_of,
    end_session,
    end_sessions,
    end_sessions_by,
    find_session,
    list_sessions,
    open_session,
)
from tests.conftest import make_tenant


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


@pytest.fixture
def user(tx):
    return add_user(tx, "ada", [Role.REVIEWER], password_hash=None, locale="en", actor="test")


def test_a_session_is_found_by_its_token_and_the_token_is_kept_nowhere(tx, user):
    token = open_session(tx, user, method="password")
    assert find_session(tx, digest_of(token)).user == user
    assert find_session(tx, token) is None
    assert token not in str(tx.connection.execute(text("select * from earmark.web_sessions")).all())


def test_an_ended_session_and_one_of_a_disabled_person_are_none(tx, user):
    first, second = (digest_of(open_session(tx, user, method="oidc")) for _ in range(2))
    end_session(tx, user, first)
    assert (find_session(tx, first), [s.id for s in list_sessions(tx, user)]) == (None, [second])
    with pytest.raises(NotFound):
        end_session(tx, user, first)
    change_user(tx, user, disabled_at=tx.now)
    assert find_session(tx, second) is None


def test_all_sessions_of_one_person_end_together_and_nobody_elses(tx, user):
    other = add_user(tx, "eve", [Role.AUDITOR], password_hash=None, locale="en", actor="test")
    kept = digest_of(open_session(tx, other, method="password"))
    for _ in range(2):
        open_session(tx, user, method="password")
    assert end_sessions(tx, user) == 2
    assert (list_sessions(tx, user), find_session(tx, kept).user) == ((), other)
    with pytest.raises(NotFound):
        end_session(tx, user, kept)


def test_another_tenant_finds_nothing(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        user = add_user(tx, "ada", [Role.REVIEWER], password_hash=None, locale="en", actor="test")
        session = digest_of(open_session(tx, user, method="password"))
    with database.transaction(other.id) as tx:
        assert find_session(tx, session) is None


def test_sessions_of_one_way_in_end_and_no_others(tx, user):
    other = add_user(tx, "eve", [Role.REVIEWER], password_hash=None, locale="en", actor="test")
    kept = digest_of(open_session(tx, user, method="password"))
    ended = [digest_of(open_session(tx, person, method="oidc")) for person in (user, other)]
    assert (end_sessions_by(tx, "oidc"), end_sessions_by(tx, "oidc")) == (2, 0)
    assert [find_session(tx, session) for session in ended] == [None, None]
    assert find_session(tx, kept).user == user
