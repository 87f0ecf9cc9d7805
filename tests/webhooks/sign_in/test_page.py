from __future__ import annotations

import re
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from pipeline.decisions import users
from pipeline.decisions.sign_in import sign_in
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from tests.webhooks.sign_in.people import PASSWORD, Person, a_person, take_on
from webhooks.sign_in import page as door
from webhooks.sign_in.page import own_path


@pytest.fixture
def context(stage):
    stage.tenant()
    return stage.context


def tags(context):
    with context.database.transaction("acme") as tx:
        return [e.entry.tag for e in list_events(tx) if e.entry.tag.startswith("user:")]


def test_the_first_password_opens_one_door_alone_and_then_is_changed(context):
    person = Person(context, "acme", "ada", take_on(context, "ada", [Role.REVIEWER]))
    assert person.sign_in().headers["location"] == "/sign-in/password"
    elsewhere = person.get("/sign-in/account", follow_redirects=False)
    assert elsewhere.headers["location"] == "/sign-in/password?next=/sign-in/account"
    person.get("/sign-in/password")
    short = person.post("/sign-in/password", new="short")
    assert short.status_code == 422
    assert person.post("/sign-in/password", new=person.password).status_code == 422
    changed = person.post("/sign-in/password", new=PASSWORD)
    assert changed.headers["location"] == "/"
    assert person.get("/sign-in/account").status_code == 200
    assert person.sign_in().status_code == 422
    assert Person(context, "acme", "ada").sign_in().status_code == 303
    assert tags(context) == [
        "user:user:added", "user:session:opened", "user:password:changed", "user:session:refused",
        "user:session:opened",
    ]  # fmt: skip


def test_the_first_sign_in_and_the_own_password_are_one_form(context):
    person = Person(context, "acme", "ada", take_on(context, "ada", [Role.REVIEWER]))
    page = person.get("/sign-in?organisation=acme&login=ada&first=1").text
    assert re.search(r'name="new" type="password"', page)
    for new in ("short", person.password, "ada and earmark together"):
        refused = person.sign_in(new=new)
        assert (refused.status_code, "set-cookie" in refused.headers) == (422, False)
        assert 'name="new"' in refused.text
    assert person.sign_in(new=PASSWORD, password="wrong wrong wrong").status_code == 422
    entered = person.sign_in(new=PASSWORD)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert person.get("/sign-in/account").status_code == 200
    assert Person(context, "acme", "ada", person.password).sign_in().status_code == 422
    assert Person(context, "acme", "ada").sign_in().status_code == 303
    assert "user:password:changed" in tags(context)


def test_a_one_time_password_that_is_replaced_meanwhile_lets_nobody_choose_one(context, monkeypatch):
    person = Person(context, "acme", "ada", take_on(context, "ada", [Role.REVIEWER]))

    def overtaken(tx, attempt, *, keys):
        entered = sign_in(tx, attempt, keys=keys)
        users.reset_password(tx, "ada", actor="test")
        return entered

    with monkeypatch.context() as patched:
        patched.setattr(door, "sign_in", overtaken)
        refused = person.sign_in(new=PASSWORD)
    assert (refused.status_code, "set-cookie" in refused.headers) == (422, False)
    assert Person(context, "acme", "ada").sign_in().status_code == 422


def test_a_new_password_is_not_taken_in_passing_where_none_has_to_be_changed(context):
    person = a_person(context, "ada", Role.REVIEWER)
    assert person.sign_in(new="another place by the sea").headers["location"] == "/sign-in/password"
    assert Person(context, "acme", "ada").sign_in().headers["location"] == "/"
    assert Person(context, "acme", "ada", "another place by the sea").sign_in().status_code == 422


def test_the_cookie_is_bound_to_this_host_and_no_script_reads_it(context):
    once = take_on(context, "ada", [Role.REVIEWER])
    cookie = Person(context, "acme", "ada", once).sign_in().headers["set-cookie"].lower()
    assert cookie.startswith("__host-earmark=")
    assert all(part in cookie for part in ("httponly", "secure", "samesite=lax", "path=/"))
    assert "domain" not in cookie


class Counted(PasswordHasher):
    """Argon2id as everywhere, and how often a password was held against a digest of the same cost."""

    def __init__(self) -> None:
        super().__init__()
        self.costs: list[tuple[int, int, int]] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        found = extract_parameters(str(hash))
        self.costs.append((found.memory_cost, found.time_cost, found.parallelism))
        return super().verify(hash, password)


def test_what_was_wrong_is_not_told_in_words_or_in_work(context, monkeypatch):
    """Checking one password is nearly all of the time that an answer takes."""
    take_on(context, "ada", [Role.REVIEWER])
    monkeypatch.setattr(users, "_HASHER", hasher := Counted())
    person, texts = Person(context, "acme", "ada", "wrong wrong wrong"), set()
    tries = ({}, {"login": "eve"}, {"organisation": "nobody"}, {"organisation": "No Body!"})
    for changed in tries:
        answer = person.sign_in(**changed)
        assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
        texts.add(answer.text.split("role=")[1].split("</p>")[0])
    assert len(texts) == 1
    assert hasher.costs == [(hasher.memory_cost, hasher.time_cost, hasher.parallelism)] * len(tries)


def test_wrong_passwords_from_one_place_are_stopped_and_the_person_still_comes_in_from_another(context, clock):
    once = take_on(context, "ada", [Role.REVIEWER])
    guessing = Person(context, "acme", "ada", "wrong wrong wrong")
    assert [guessing.sign_in().status_code for _ in range(6)] == [422] * 5 + [429]
    assert guessing.sign_in(password=once).status_code == 429
    elsewhere = Person(context, "acme", "ada", once)
    elsewhere.client._transport.client = ("203.0.113.9", 1)  # another address of the same door
    assert elsewhere.sign_in().status_code == 303
    clock.move(minutes=16)
    assert guessing.sign_in(password=once).status_code == 303


def test_whoever_signs_out_is_out_with_that_browser_alone(context):
    person = a_person(context, "ada", Role.REVIEWER)
    other = Person(context, "acme", "ada")
    other.sign_in()
    kept = person.client.cookies.get("__Host-earmark")
    assert person.post("/sign-in/out").headers["location"] == "/sign-in"
    person.client.cookies.set("__Host-earmark", kept)
    assert person.get("/sign-in/account", follow_redirects=False).status_code == 303
    assert other.get("/sign-in/account").status_code == 200


def test_the_start_leads_to_the_first_place_of_ones_own(context):
    assert Person(context, "acme", "x").get("/", follow_redirects=False).headers["location"] == "/sign-in"
    editor = a_person(context, "ed", Role.SETTINGS_EDITOR)
    assert editor.get("/", follow_redirects=False).headers["location"] == "/operations"


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\\b", "/a\nb", ""]
)
def test_nobody_is_sent_to_another_host(path):
    assert own_path(path) == "/"
    assert own_path("/review?x=1") == "/review?x=1"
