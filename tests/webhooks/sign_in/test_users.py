from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from pipeline.store.audit import list_events
from tests.webhooks.sign_in.people import Person, a_person


@pytest.fixture
def context(stage):
    stage.tenant()
    return stage.context


@pytest.fixture
def admin(context):
    return a_person(context, "root", Role.TENANT_ADMIN)


def once(answer) -> str:
    return re.search(r'id="once">([^<]+)<', answer.text)[1]


def test_somebody_is_added_with_a_password_that_is_shown_once(admin, context):
    added = admin.post("/settings/users", login="bob", roles=["reviewer", "auditor"])
    assert added.status_code == 200
    bob = Person(context, "acme", "bob", once(added))
    assert bob.sign_in().headers["location"] == "/sign-in/password"
    assert once(added) not in admin.get("/settings/users").text
    with context.database.transaction("acme") as tx:
        assert all(once(added) not in str(e.entry.facts) for e in list_events(tx))


@pytest.mark.parametrize(
    "form",
    [{"login": "bob"}, {"login": "bob@example.com", "roles": "reviewer"}, {"login": "root", "roles": "reviewer"}],
)
def test_what_cannot_be_added_is_told_on_the_page(admin, form):
    answer = admin.post("/settings/users", **form)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_a_disabled_person_is_out_at_once_and_comes_back_when_enabled(admin, context):
    bob = a_person(context, "bob", Role.REVIEWER)
    assert admin.post("/settings/users/bob/disable").status_code == 303
    assert bob.get("/sign-in/account", follow_redirects=False).status_code == 303
    assert bob.sign_in().status_code == 422
    assert admin.post("/settings/users/bob/enable").status_code == 303
    assert bob.sign_in().status_code == 303


def test_other_roles_count_from_the_next_request_on(admin, context):
    bob = a_person(context, "bob", Role.TENANT_ADMIN)
    assert bob.get("/settings/users").status_code == 200
    assert admin.post("/settings/users/bob/roles", roles="auditor").status_code == 303
    assert bob.get("/settings/users").status_code == 403
    with context.database.transaction("acme") as tx:
        denied = [e.entry for e in list_events(tx) if e.entry.tag == "user:access:denied"]
    assert [(e.actor, e.facts["route"], e.facts["needs"]) for e in denied] == [
        ("user:bob", "/settings/users", "tenant_admin")
    ]


def test_nobody_changes_themselves_and_somebody_is_left_who_manages(admin, context):
    assert admin.post("/settings/users/root/roles", roles="auditor").status_code == 422
    assert admin.post("/settings/users/root/disable").status_code == 422
    bob = a_person(context, "bob", Role.TENANT_ADMIN)
    assert bob.post("/settings/users/root/disable").status_code == 303
    with context.database.transaction("acme") as tx:
        from pipeline.decisions.users import disable_user
        from pipeline.model.errors import NotPermitted

        with pytest.raises(NotPermitted):
            disable_user(tx, "bob", actor="user:eve")


def test_another_one_time_password_ends_the_old_one(admin, context):
    bob = a_person(context, "bob", Role.REVIEWER)
    new = once(admin.post("/settings/users/bob/reset"))
    assert bob.sign_in().status_code == 422
    assert Person(context, "acme", "bob", new).sign_in().headers["location"] == "/sign-in/password"


def test_whoever_nobody_knows_is_not_found(admin):
    for act in ("reset", "disable", "enable"):
        assert admin.post(f"/settings/users/nobody/{act}").status_code == 404
