from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.identity_provider import link_identity, set_provider
from pipeline.decisions.sign_in import Attempt, prove_again
from pipeline.model.user import Role
from pipeline.store.users import get_user, list_linked
from pipeline.store.web_sessions import digest_of, find_session, open_session
from pipeline.vendors.oidc import OidcIdentities
from tests.webhooks.sign_in.people import PASSWORD, a_person, seated, take_on

PATH = "/settings/provider"


@pytest.fixture
def context(stage, there, clock):
    stage.tenant()
    return stage.on(stage.context.database, identity=OidcIdentities(clock, timeout_s=1)).context


@pytest.fixture
def admin(context):
    return a_person(context, "chief", Role.TENANT_ADMIN)


def linked(context, there) -> None:
    take_on(context, "ada", [Role.REVIEWER], has_password=False)
    with context.database.transaction("acme") as tx:
        set_provider(tx, there.provider, keys=context.keys, actor="test")
        link_identity(tx, "ada", there.subject, keys=context.keys, actor="test")


def is_linked(context) -> bool:
    with context.database.transaction("acme") as tx:
        return bool(list_linked(tx))


def test_the_provider_is_shown_asked_and_an_identity_is_taken_away_with_ones_own_password(context, admin, there):
    assert "No provider is set up" in (page := admin.get(PATH).text)
    assert "<code>earmark user provider</code>" in page
    linked(context, there)
    page = admin.get(PATH).text
    assert (there.provider.issuer in page, there.provider.client_secret in page, there.subject in page) == (
        True, False, False,
    )  # fmt: skip
    assert "the identity provider answers" in admin.post(f"{PATH}/check").text
    wrong = admin.post(f"{PATH}/ada/unlink", password="guessed")
    assert (wrong.status_code, "Your password is another one" in wrong.text, is_linked(context)) == (403, True, True)
    assert admin.post(f"{PATH}/chief/unlink", password=PASSWORD).status_code == 409
    assert admin.post(f"{PATH}/none/unlink", password=PASSWORD).status_code == 404
    assert admin.post(f"{PATH}/ada/unlink", password=PASSWORD).headers["location"] == f"{PATH}?done=1"
    assert not is_linked(context)
    assert seated(context, "rev", Role.REVIEWER).get(PATH).status_code == 403


def test_a_provider_that_does_not_answer_is_a_finding(context, admin, there):
    linked(context, there)
    with context.database.transaction("acme") as tx:
        gone = type(there.provider)(issuer="http://127.0.0.1:9", client_id="x", client_secret="y")
        set_provider(tx, gone, keys=context.keys, actor="test")
    found = admin.post(f"{PATH}/check")
    assert (found.status_code, "nobody comes in by the identity provider" in found.text) == (200, True)


def test_wrong_passwords_count_and_whom_the_provider_let_in_must_have_come_just_now(context, admin, clock):
    keys = context.keys
    with context.database.transaction("acme") as tx:
        user = get_user(tx, "chief")
        local, by_provider = (
            find_session(tx, digest_of(open_session(tx, user, method=how))) for how in ("password", "oidc")
        )

    def proves(session, password=PASSWORD) -> bool:
        attempt = Attempt(login="chief", password=password, address="192.0.2.7")
        with context.database.transaction("acme") as tx:
            return prove_again(tx, attempt, session, keys=keys)

    assert [proves(local), proves(by_provider, "")] == [True, True]
    assert [proves(local, "x") for _ in range(5)] == [False] * 5
    assert not proves(local), "too often"
    clock.at += timedelta(minutes=11)
    assert not proves(by_provider, "")
