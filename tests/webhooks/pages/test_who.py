from __future__ import annotations

import pytest

from pipeline.model.user import Role
from tests.webhooks.sign_in.people import Person, a_person
from webhooks.pages.who import cookie_name


@pytest.fixture
def context(stage):
    stage.tenant()
    stage.tenant("other")
    return stage.context


def test_a_form_from_elsewhere_or_without_its_token_changes_nothing(context):
    person = a_person(context, "ada", Role.REVIEWER)
    change = "/sign-in/account/language"
    token = person.csrf
    for csrf in ("", "0" * 64, a_person(context, "eve", Role.REVIEWER).csrf, "ü"):
        person.csrf = csrf
        assert person.post(change, locale="es").status_code == 403
    person.csrf = token
    for site in ("cross-site", "same-site", "none"):
        answer = person.client.post(change, data={"csrf": token, "locale": "es"}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    headers = {"Sec-Fetch-Site": "same-origin", "X-CSRF-Token": token}
    answer = person.client.post(change, data={"locale": "es"}, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_session_ends_when_it_is_not_used_and_after_half_a_day_in_any_case(context, clock):
    person = a_person(context, "ada", Role.REVIEWER)
    for _ in range(23):
        clock.move(minutes=29)
        assert person.get("/sign-in/account", follow_redirects=False).status_code == 200
    for _ in range(2):
        clock.move(minutes=29)
        last = person.get("/sign-in/account", follow_redirects=False)
    assert last.status_code == 303
    idle = a_person(context, "eve", Role.REVIEWER)
    clock.move(minutes=31)
    assert idle.get("/sign-in/account", follow_redirects=False).status_code == 303


def test_a_token_of_one_tenant_opens_nothing_of_another(context):
    person = a_person(context, "ada", Role.TENANT_ADMIN)
    name = cookie_name(context)
    tenant, _, token = person.client.cookies.get(name).partition(".")
    for value in (f"other.{token}", f"nobody.{token}", f"Not A Tenant.{token}", token, f"{tenant}.", f"{tenant}.x", ""):
        stranger = Person(context, "acme", "x")
        stranger.client.cookies.set(name, value)
        assert stranger.get("/settings/users", follow_redirects=False).status_code == 303


def test_a_program_is_told_that_nobody_is_signed_in_and_a_browser_is_led_there(context):
    nobody = Person(context, "acme", "x")
    assert nobody.get("/settings/users", headers={"Accept": "application/json"}).status_code == 401
    assert nobody.post("/settings/users").status_code == 401
    led = nobody.get("/settings/users", follow_redirects=False)
    assert led.headers["location"] == "/sign-in?next=/settings/users"
