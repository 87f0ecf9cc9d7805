from __future__ import annotations

import re

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.model.subject import RequestKind
from pipeline.store.audit import list_events
from pipeline.store.subject_requests import list_requests
from tests.webhooks.subjects.asking import CALLER, NotedCodes, Person, an_own_call
from webhooks.pages.language import say_day
from webhooks.subjects.page import KINDS


@pytest.fixture
def codes():
    return NotedCodes()


@pytest.fixture
def person(stage, codes):
    stage = stage.on(stage.context.database, codes=(codes,))
    stage.tenant()
    made = Person(stage.client)
    made.stage = stage
    return made


def requests(person):
    with person.stage.context.database.transaction("acme") as tx:
        return list_requests(tx)


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.clause("nejix", "8", "Right to Know")
@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
def test_a_caller_asks_for_every_right_and_is_told_by_when_the_answer_is_due(person, kind):
    person.ask(kind)
    (made,) = requests(person)
    assert (made.kind, made.channel) == (kind, "page")
    assert say_day(made.deadline.due_on, "en") in person.page.text
    assert set(RequestKind) == {kind for kind, _, _ in KINDS}


def test_the_page_lets_nothing_in_and_needs_no_script(person):
    answer = person.get()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; form-action")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "secure", "samesite=strict"))
    css = person.client.get("/subjects/style.css")
    assert (css.status_code, css.headers["content-type"].split(";")[0]) == (200, "text/css")


def test_every_field_has_its_label_and_the_page_its_language_and_heading(person):
    text = person.get().text
    named = set(re.findall(r'<label for="(\w+)"', text))
    fields = set(re.findall(r'<(?:input|select|textarea) id="(\w+)"', text))
    assert fields == named == {"number", "email", "name", "place", "note"}
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert text.count("<fieldset>") == text.count("<legend>") == 2
    assert 'name="viewport"' in text


def test_a_known_and_an_unknown_number_are_answered_the_same(person, codes):
    an_own_call(person.stage, type("T", (), {"id": "acme"}))
    pages = []
    for number in (CALLER, "+12125559999"):
        path = person.ask(number=number)
        token = path.rsplit("/", 1)[1]
        pages.append(re.sub(r"[0-9a-f]{64}", "", person.page.text.replace(token, "TOKEN")))
    assert pages[0] == pages[1]
    assert [to for to, _, _ in codes.sent] == [CALLER]
    assert codes.sent[0][1] == "+13035550100"


def test_a_form_that_is_not_ours_opens_nothing(person):
    person.get()
    for csrf in ("", "0" * 64):
        assert (
            person.client.post("/subjects/acme", data={"csrf": csrf, "kind": "access", "number": CALLER}).status_code
            == 422
        )
    person.get()
    person.client.cookies.clear()
    assert person.post(kind="access", number=CALLER).status_code == 422
    assert requests(person) == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"number": ""}, "write the number you called from"),
        ({"number": "021 123"}, "with its country"),
        ({"number": "", "email": "nobody"}, "no e-mail address"),
        ({"kind": "everything"}, "hoose what you ask for"),
        ({"place": "Atlantis"}, "a place is a country"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_and_what_was_written_stays(person, given, says):
    person.get()
    answer = person.post(**({"kind": "access", "number": CALLER, "note": "<b>mine</b>"} | given))
    assert answer.status_code == 422
    assert says.lower() in answer.text.lower()
    assert "&lt;b&gt;mine&lt;/b&gt;" in answer.text
    assert 'role="alert"' in answer.text
    assert requests(person) == ()


def test_too_many_requests_about_one_person_are_told_to_wait(person):
    for _ in range(5):
        person.ask()
    person.get()
    assert person.post(kind="access", number=CALLER).status_code == 429
    assert len(requests(person)) == 5


@pytest.mark.parametrize(
    "spelled",
    [
        {"number": ("+12125550100", "+1 212 555 0100", "+1 (212) 555-0100", "+102125550100", "+1.212.555.0100")},
        {"email": ("a.b@example.com", "A.B@example.com", "a.b@EXAMPLE.com", " a.b@example.com", "ab@example.com")},
    ],
)
def test_another_spelling_of_the_same_person_counts_as_the_same(person, spelled):
    ((field, written),) = spelled.items()
    for value in written:
        person.ask(**{"number": "", field: value})
    person.get()
    assert person.post(kind="access", **{field: written[0].upper()}).status_code == 429


def test_too_many_requests_from_one_address_are_told_to_wait(person):
    for number in range(20):
        person.ask(number=f"+121255501{number:02d}")
    person.get()
    assert person.post(kind="access", number="+12125550199").status_code == 429


@pytest.mark.parametrize(
    "path", ["/subjects/nobody", "/subjects/No%20body", "/subjects/a", "/subjects/acme/requests/x"]
)
def test_what_is_not_there_is_not_found_in_words(person, path):
    answer = person.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert person.client.post(path, data={}).status_code in (404, 422)


def test_a_code_that_cannot_be_sent_breaks_nothing(person, codes):
    an_own_call(person.stage, type("T", (), {"id": "acme"}))
    codes.error = VendorUnavailable("twilio", "send code")
    person.ask()
    assert len(requests(person)) == 1
    with person.stage.context.database.transaction("acme") as tx:
        assert CALLER not in "".join(str(e.entry.facts) for e in list_events(tx))
