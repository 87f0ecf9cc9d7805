from __future__ import annotations

import pytest

from pipeline.model.errors import Conflict, NotFound
from pipeline.model.user import Role
from pipeline.store.users import (
    add_user,
    change_user,
    count_active_admins,
    find_credentials,
    find_user_by_oidc,
    get_user,
    list_users,
)
from tests.conftest import make_tenant


def add(tx, login, *roles, **more):
    return add_user(tx, login, roles, **({"password_hash": "$hash", "locale": "en", "actor": "test"} | more))


def test_a_login_is_one_person_of_a_tenant_and_the_same_login_elsewhere_another(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        made = add(tx, "ada", Role.REVIEWER)
        with pytest.raises(Conflict):
            add(tx, "ada", Role.AUDITOR)
        assert (get_user(tx, "ada"), list_users(tx), made.must_change_password) == (made, (made,), True)
    with database.transaction(other.id) as tx:
        assert find_credentials(tx, "ada") is None
        with pytest.raises(NotFound):
            get_user(tx, "ada")
        with pytest.raises(NotFound):
            change_user(tx, made, locale="es")
        assert add(tx, "ada", Role.AUDITOR).id != made.id


def test_no_digest_of_a_password_is_ever_in_a_repr(database, tenant):
    with database.transaction(tenant.id) as tx:
        add(tx, "ada", Role.REVIEWER)
        found = find_credentials(tx, "ada")
        assert (found.password_hash, "$hash" in repr(found)) == ("$hash", False)


def test_an_identity_of_a_provider_is_one_persons(database, tenant):
    with database.transaction(tenant.id) as tx:
        ada, eve = add(tx, "ada", Role.REVIEWER), add(tx, "eve", Role.REVIEWER, password_hash=None)
        change_user(tx, ada, oidc_ref="digest")
        assert find_user_by_oidc(tx, "digest").login == "ada"
        with pytest.raises(Conflict):
            change_user(tx, eve, oidc_ref="digest")
        change_user(tx, ada, oidc_ref="digest")
        assert not eve.must_change_password


def test_only_those_who_may_still_come_in_are_counted_as_managing(database, tenant):
    with database.transaction(tenant.id) as tx:
        add(tx, "ada", Role.TENANT_ADMIN, Role.AUDITOR)
        gone = add(tx, "bob", Role.TENANT_ADMIN)
        add(tx, "eve", Role.REVIEWER)
        assert count_active_admins(tx) == 2
        change_user(tx, gone, disabled_at=tx.now)
        assert count_active_admins(tx) == 1
