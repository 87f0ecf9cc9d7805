from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from tests.webhooks.sign_in.people import PASSWORD, Person, a_person


@pytest.fixture
def context(stage):
    stage.tenant()
    return stage.context


def test_the_language_one_chooses_is_the_one_of_every_page(context):
    person = a_person(context, "ada", Role.REVIEWER)
    assert person.post("/sign-in/account/language", locale="xx").status_code == 422
    assert person.post("/sign-in/account/language", locale="es").status_code == 303
    page = person.get("/sign-in/account").text
    assert 'lang="es"' in page
    assert "Ir al contenido" in page


def test_another_browser_of_ones_own_is_ended_and_nobody_elses(context):
    person = a_person(context, "ada", Role.REVIEWER)
    other = Person(context, "acme", "ada")
    other.sign_in()
    [session] = re.findall(r"/sessions/([0-9a-f]{64})/end", person.get("/sign-in/account").text)
    stranger = a_person(context, "eve", Role.REVIEWER)
    assert stranger.post(f"/sign-in/account/sessions/{session}/end").status_code == 404
    assert person.post(f"/sign-in/account/sessions/{session}/end").status_code == 303
    assert other.get("/sign-in/account", follow_redirects=False).status_code == 303
    assert person.get("/sign-in/account").status_code == 200


def test_a_new_password_ends_every_session_and_the_cookie_is_another(context):
    person = a_person(context, "ada", Role.REVIEWER)
    other = Person(context, "acme", "ada")
    other.sign_in()
    before = person.client.cookies.get("__Host-earmark")
    new = "another place by the sea"
    assert person.post("/sign-in/password", present="wrong", new=new, again=new).status_code == 422
    assert person.post("/sign-in/password", present=PASSWORD, new=new, again="other").status_code == 422
    assert person.post("/sign-in/password", present=PASSWORD, new=PASSWORD, again=PASSWORD).status_code == 422
    assert person.post("/sign-in/password", present=PASSWORD, new=new, again=new).status_code == 303
    assert person.client.cookies.get("__Host-earmark") != before
    assert other.get("/sign-in/account", follow_redirects=False).status_code == 303
