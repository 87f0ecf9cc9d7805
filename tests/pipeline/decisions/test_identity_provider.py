from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.decisions.identity_provider import (
    identity_ref,
    link_identity,
    remove_provider,
    set_provider,
    unlink_identity,
)
from pipeline.decisions.users import take_on_user
from pipeline.model.errors import Conflict, InvalidInput, NotFound, NotPermitted
from pipeline.model.identity import Provider
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.oidc_providers import find_provider
from pipeline.store.users import find_user_by_oidc, list_linked
from pipeline.store.web_sessions import list_sessions, open_session

OURS = Provider(issuer="https://login.example.com", client_id="earmark", client_secret="canary-secret")


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


@pytest.fixture
def ada(tx):
    return take_on_user(tx, "ada", [Role.REVIEWER], actor="cli")[0]


def log_of(tx, tag):
    return [e.entry for e in list_events(tx) if e.entry.tag == tag]


def test_setting_a_provider_stands_in_the_log_without_its_secret_or_address(tx, tenant, keys):
    set_provider(tx, OURS, keys=keys, actor="user:root")
    assert find_provider(tx, keys=keys) == OURS
    (noted,) = log_of(tx, "user:provider:changed")
    assert (noted.actor, noted.target, noted.facts["change"]) == ("user:root", tenant.id, "set")
    assert not any(word in str(noted) for word in ("canary", "login.example.com"))


def test_whom_another_issuer_let_in_is_out_and_a_new_secret_alone_puts_nobody_out(tx, keys, ada):
    set_provider(tx, OURS, keys=keys, actor="user:root")
    by_password, _ = open_session(tx, ada, method="password"), open_session(tx, ada, method="oidc")
    set_provider(tx, replace(OURS, client_secret="new"), keys=keys, actor="user:root")
    assert len(list_sessions(tx, ada)) == 2
    set_provider(tx, replace(OURS, issuer="https://id.example.org"), keys=keys, actor="user:root")
    assert [session.method for session in list_sessions(tx, ada)] == ["password"]
    assert by_password


def test_without_a_provider_nobody_stays_in_by_it(tx, keys, ada):
    set_provider(tx, OURS, keys=keys, actor="user:root")
    open_session(tx, ada, method="oidc")
    remove_provider(tx, actor="user:root")
    assert (find_provider(tx, keys=keys), list_sessions(tx, ada)) == (None, ())
    facts = [dict(entry.facts) for entry in log_of(tx, "user:provider:changed")]
    assert facts[-1] == {"change": "removed", "sessions": 1}
    with pytest.raises(NotFound):
        remove_provider(tx, actor="user:root")


def test_an_identity_is_kept_and_noted_as_nothing_that_can_be_read(tx, keys, ada):
    set_provider(tx, OURS, keys=keys, actor="user:root")
    open_session(tx, ada, method="password")
    link_identity(tx, "ada", "canary-subject", keys=keys, actor="user:root")
    ref = identity_ref(tx, OURS.issuer, "canary-subject", keys=keys)
    assert find_user_by_oidc(tx, ref).login == "ada"
    assert len(ref) == 64
    (noted,) = log_of(tx, "user:identity:linked")
    assert (noted.target, dict(noted.facts)) == (ada.id, {"login": "ada", "sessions": 1})
    assert "canary" not in str(list_events(tx))


def test_the_same_subject_of_another_issuer_is_somebody_else(tx, keys, ada):
    refs = {
        identity_ref(tx, issuer, subject, keys=keys)
        for issuer, subject in (("https://a.example", "x"), ("https://b.example", "x"), ("https://a.example", "y"))
    }
    assert len(refs) == 3


def test_what_cannot_be_linked_is_refused(tx, keys, ada):
    with pytest.raises(NotFound, match="provider"):
        link_identity(tx, "ada", "subject", keys=keys, actor="user:root")
    set_provider(tx, OURS, keys=keys, actor="user:root")
    take_on_user(tx, "eve", [Role.REVIEWER], actor="cli")
    link_identity(tx, "ada", "subject", keys=keys, actor="user:root")
    link_identity(tx, "ada", "subject", keys=keys, actor="user:root")
    for login, subject, error in (("eve", "subject", Conflict), ("bob", "x", NotFound), ("eve", "", InvalidInput)):
        with pytest.raises(error):
            link_identity(tx, login, subject, keys=keys, actor="user:root")


def test_an_identity_is_taken_away_by_another_and_whoever_had_it_is_out(tx, keys, ada):
    set_provider(tx, OURS, keys=keys, actor="user:root")
    with pytest.raises(Conflict):
        unlink_identity(tx, "ada", actor="user:root")
    link_identity(tx, "ada", "u-1", keys=keys, actor="user:root")
    assert list_linked(tx) == {ada.id}
    open_session(tx, ada, method="oidc")
    with pytest.raises(NotPermitted):
        unlink_identity(tx, "ada", actor="user:ada")
    unlink_identity(tx, "ada", actor="user:root")
    assert (list_linked(tx), list(list_sessions(tx, ada))) == (frozenset(), [])
    assert find_user_by_oidc(tx, identity_ref(tx, OURS.issuer, "u-1", keys=keys)) is None
    [noted] = log_of(tx, "user:identity:unlinked")
    assert (noted.actor, noted.facts["login"], noted.facts["sessions"]) == ("user:root", "ada", 1)
