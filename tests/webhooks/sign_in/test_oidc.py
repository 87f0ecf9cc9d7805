from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from itsdangerous import URLSafeSerializer

from pipeline.decisions.identity_provider import link_identity, remove_provider, set_provider
from pipeline.decisions.users import disable_user, reset_password
from pipeline.model.user import Role
from pipeline.store.audit import list_events
from pipeline.store.tenants import change_tenant, get_tenant
from pipeline.vendors.oidc import OidcIdentities
from tests.identity_provider import STRANGER, signed_by
from tests.webhooks.sign_in.people import Person, take_on

COOKIE = "__Host-earmark-oidc"


@pytest.fixture
def context(stage, there, clock):
    stage.tenant()
    stage.tenant("other")
    context = stage.on(stage.context.database, identity=OidcIdentities(clock, timeout_s=1)).context
    take_on(context, "ada", [Role.REVIEWER], has_password=False)
    with context.database.transaction("acme") as tx:
        set_provider(tx, there.provider, keys=context.keys, actor="test")
        link_identity(tx, "ada", there.subject, keys=context.keys, actor="test")
    return context


@pytest.fixture
def person(context):
    return Person(context, "acme", "ada")


def set_out(person, organisation="acme", next="/"):
    return person.get(f"/sign-in/oidc?{urlencode({'organisation': organisation, 'next': next})}")


def address_of(answer):
    return unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)[1])


def way_back(there, answer):
    """Where the provider sends a person that its page let in."""
    parts = urlsplit(there.authorize(urlsplit(address_of(answer)).query))
    return f"{parts.path}?{parts.query}"


def come_back(person, path):
    return person.get(path, follow_redirects=False)


def refused(context, answer):
    """Hold an answer against what every refusal is; gives its sentence and its reasons in the log."""
    assert answer.status_code == 422
    assert not any("__Host-earmark=" in value for value in answer.headers.get_list("set-cookie"))
    with context.database.transaction("acme") as tx:
        failed = [e.entry for e in list_events(tx) if e.entry.tag == "user:session:refused"]
    assert all(entry.facts["method"] == "oidc" for entry in failed)
    sentence = re.search(r'role="alert">([^<]+)<', answer.text)[1]
    return sentence, [entry.facts["reason"] for entry in failed]


def test_whom_the_provider_vouches_for_is_in(context, there, person):
    answer = set_out(person, next="/sign-in/account?x=1")
    asked = parse_qs(urlsplit(address_of(answer)).query)
    assert asked["redirect_uri"] == ["https://earmark.example.com/sign-in/oidc/back"]
    back = come_back(person, way_back(there, answer))
    assert (back.status_code, back.headers["location"]) == (303, "/sign-in/account?x=1")
    assert COOKIE not in person.client.cookies
    page = person.get("/sign-in/account", follow_redirects=False)
    assert page.status_code == 200
    assert "Identity provider" in page.text
    with context.database.transaction("acme") as tx:
        (opened,) = [e.entry for e in list_events(tx) if e.entry.tag == "user:session:opened"]
    assert (opened.actor, dict(opened.facts)) == ("user:ada", {"method": "oidc"})


def test_the_cookie_is_of_this_host_for_ten_minutes_and_leaves_with_the_answer(there, person):
    set_cookie = set_out(person).headers["set-cookie"].lower()
    parts = ("httponly", "secure", "samesite=lax", "path=/", "max-age=600")
    assert set_cookie.startswith(COOKIE.lower() + "=acme.")
    assert all(part in set_cookie for part in parts)
    assert "domain" not in set_cookie


def test_the_page_that_sends_on_names_the_host_and_keeps_its_policy(there, person):
    answer = set_out(person)
    assert urlsplit(there.issuer).netloc in answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert there.client_secret not in answer.text


def test_an_organisation_without_a_provider_is_answered_like_none(context, there, person):
    answers = [set_out(person, name) for name in ("other", "nobody", "No Body!", "")]
    texts = [re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text) for answer in answers]
    assert {answer.status_code for answer in answers} == {422}
    assert len(set(texts)) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    with context.database.transaction("acme") as tx:
        remove_provider(tx, actor="test")
    assert set_out(person).status_code == 422


def test_a_closed_organisation_is_answered_like_none_also_on_the_way_back(context, there, person):
    path = way_back(there, set_out(person))
    with context.database.transaction("acme") as tx:
        owner = get_tenant(tx, keys=context.keys)
        change_tenant(tx, replace(owner, is_active=False), keys=context.keys, actor="test", changed=["is_active"])
    assert come_back(person, path).status_code == 422
    assert set_out(person).status_code == 422
    assert "/token" not in there.asked


def test_nobody_comes_back_who_did_not_set_out_here(context, there, person):
    path = way_back(there, set_out(person))
    other = Person(context, "acme", "ada")
    set_out(other)
    sentence, reasons = refused(context, come_back(other, path))
    assert "begin again" in sentence
    assert reasons == ["another_trip"]
    stranger = Person(context, "acme", "ada")
    assert refused(context, come_back(stranger, path))[0] == sentence
    assert "/token" not in there.asked
    assert come_back(person, path).status_code == 303


def test_what_is_missing_or_wrong_is_told_in_a_sentence(context, there, person):
    for query in ("", "code=x", "state=x", "code=x&state=x", "code=&state=", "error=x&state=x&code=x"):
        set_out(person)
        assert "begin again" in refused(context, come_back(person, f"/sign-in/oidc/back?{query}"))[0]
        assert COOKIE not in person.client.cookies
    assert "/token" not in there.asked


def test_a_way_back_is_used_once_even_with_its_cookie_kept(context, there, person):
    answer = set_out(person)
    kept, path = person.client.cookies.get(COOKIE), way_back(there, answer)
    assert come_back(person, path).status_code == 303
    thief = Person(context, "acme", "ada")
    thief.client.cookies.set(COOKIE, kept)
    code = parse_qs(urlsplit(way_back(there, answer)).query)["code"][0]
    state = parse_qs(urlsplit(path).query)["state"][0]
    for again in (path, f"/sign-in/oidc/back?{urlencode({'code': code, 'state': state})}"):
        thief.client.cookies.set(COOKIE, kept)
        assert refused(context, come_back(thief, again))[1][-1] == "another_trip"
    assert there.asked.count("/token") == 1


def test_ten_minutes_are_enough_and_no_more(context, there, person, clock):
    answer = set_out(person)
    clock.move(minutes=9, seconds=59)
    assert come_back(person, way_back(there, answer)).status_code == 303
    answer = set_out(person)
    kept = person.client.cookies.get(COOKIE)
    clock.move(minutes=10)
    person.client.cookies.set(COOKIE, kept)
    assert "too long ago" in refused(context, come_back(person, way_back(there, answer)))[0]


def test_a_cookie_that_is_not_ours_or_of_another_tenant_opens_nothing(context, there, person):
    path = way_back(there, set_out(person))
    kept = person.client.cookies.get(COOKIE)
    body = kept.partition(".")[2]
    thief = Person(context, "acme", "ada")
    forged = URLSafeSerializer(b"guessed", salt="earmark.oidc.acme").dumps([9e9, "s", "n", "v", there.issuer, "/"])
    for value in (f"other.{body}", f"nobody.{body}", f"No!.{body}", body, kept[:-2], kept + "x", f"acme.{forged}", "."):
        thief.client.cookies.clear()
        thief.client.cookies.set(COOKIE, value)
        refused(context, come_back(thief, path))
    assert "/token" not in there.asked


def test_the_provider_says_no_and_its_words_are_not_repeated(context, there, person):
    there.error = "access_denied"
    answer = come_back(person, way_back(there, set_out(person)))
    sentence, reasons = refused(context, answer)
    assert ("did not say who you are" in sentence, reasons) == (True, ["provider"])
    assert "canary" not in answer.text
    assert "access_denied" not in answer.text


WRONG = (
    ({"claims": {"aud": "another"}}, "provider"),
    ({"claims": {"nonce": "another"}}, "provider"),
    ({"claims": {"exp": 1}}, "provider"),
    ({"sign": signed_by(STRANGER, "RS256")}, "provider"),
    ({"answers": {"/token": (200, b"canary")}}, "provider"),
    ({"answers": {"/token": (500, b"canary")}}, "unreachable"),
    ({"answers": {"/keys": (503, b"canary")}}, "unreachable"),
)


def test_a_proof_that_is_none_lets_nobody_in(context, there, person):
    for wrong, reason in WRONG:
        answer = set_out(person)
        for name, value in ({"claims": {}, "sign": None, "answers": {}} | wrong).items():
            setattr(there, name, value)
        back = come_back(person, way_back(there, answer))
        assert (refused(context, back)[1][-1], "canary" in back.text) == (reason, False), wrong
    there.answers = {}
    assert come_back(person, way_back(there, set_out(person))).status_code == 303


def test_a_provider_that_cannot_be_reached_is_told_before_anybody_is_sent(context, there, person):
    there.answers["/.well-known/openid-configuration"] = (500, b"canary")
    answer = set_out(person)
    assert "cannot be reached" in answer.text
    assert "canary" not in answer.text
    assert refused(context, answer)[1] == []


def test_an_unknown_and_a_disabled_person_are_told_the_same_and_nobody_is_taken_on(context, there, person):
    there.subject = "canary-stranger"
    unknown = come_back(person, way_back(there, set_out(person)))
    there.subject = "subject-of-ada"
    with context.database.transaction("acme") as tx:
        disable_user(tx, "ada", actor="user:root")
    disabled = come_back(person, way_back(there, set_out(person)))
    first, _ = refused(context, unknown)
    second, reasons = refused(context, disabled)
    assert (first == second, reasons) == (True, ["unknown", "unknown"])
    with context.database.transaction("acme") as tx:
        assert "canary" not in str(list_events(tx))


def test_a_place_that_fails_too_often_waits(context, there, person, monkeypatch):
    monkeypatch.setattr("pipeline.decisions.sign_in._MOST_PLACE", 2)
    path = way_back(there, set_out(person))
    for _ in range(2):
        other = Person(context, "acme", "ada")
        set_out(other)
        assert come_back(other, path).status_code == 422
    assert come_back(person, path).status_code == 429
    assert set_out(person).status_code == 429
    assert there.asked == ["/.well-known/openid-configuration"]


def test_nobody_is_led_to_another_host_afterwards(there, person):
    for next in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        back = come_back(person, way_back(there, set_out(person, next=next)))
        assert back.headers["location"] == "/"


def test_a_first_password_waits_for_who_comes_with_it_and_for_nobody_who_comes_by_the_provider(context, there, person):
    with context.database.transaction("acme") as tx:
        reset_password(tx, "ada", actor="user:root")
    come_back(person, way_back(there, set_out(person)))
    assert person.get("/sign-in/account", follow_redirects=False).status_code == 200
    once = take_on(context, "eve", [Role.REVIEWER])
    eve = Person(context, "acme", "eve", once)
    assert eve.sign_in().headers["location"] == "/sign-in/password"
    assert eve.get("/sign-in/account", follow_redirects=False).status_code == 303
