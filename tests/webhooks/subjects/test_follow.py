from __future__ import annotations

import re

import pytest

from pipeline.model.consent import Outcome, standings
from pipeline.model.subject import Identity, RequestState
from pipeline.store.consents import list_consents
from pipeline.store.subject_requests import get_request_by_token, move_request
from pipeline.vendors.smtp_codes import SmtpCodes
from pipeline.vendors.smtp_session import SmtpServer
from tests.builders import answer
from tests.mail_server import mail_server
from tests.webhooks.subjects.asking import SAID_ADDRESS, NotedCodes, Person, an_own_call


@pytest.fixture
def codes():
    return NotedCodes()


@pytest.fixture
def person(stage, codes):
    stage = stage.on(stage.context.database, codes=(codes,))
    owner = stage.tenant()
    made = Person(stage.client)
    made.stage, made.call = stage, an_own_call(stage, owner)
    return made


def stands(person, path):
    with person.stage.context.database.transaction("acme") as tx:
        return get_request_by_token(tx, path.rsplit("/", 1)[1])


def test_the_code_that_was_sent_shows_who_asks_and_only_what_it_was_sent_to_is_proved(person, codes):
    path = person.ask("access", name="Somebody Else")
    assert "Show that it is you" in person.page.text
    assert person.post(path, act="code", code=codes.code).status_code == 303
    found = stands(person, path)
    assert (found.state, found.identity) == (RequestState.VERIFIED, Identity.CODE)
    assert set(found.verified_terms) < set(found.terms)
    assert "we know that it is you" in person.get(path).text
    assert person.post(path, act="code", code=codes.code).status_code == 422


def test_someone_known_by_their_address_proves_it_with_the_code_that_comes_by_mail(stage):
    """Without a mail server nothing is sent and nothing is proved; whoever asks sees the same page."""
    with mail_server() as post:
        server = SmtpServer(host=post.host, port=post.port, sender="a@earmark.example", security="none", timeout_s=5)
        stage = stage.on(stage.context.database, codes=(NotedCodes(), SmtpCodes(server)))
        an_own_call(stage, stage.tenant())
        person = Person(stage.client)
        person.stage = stage
        person.ask(number="", email="ana.maria@example.org")  # nobody said this one
        path = person.ask(number="", email=SAID_ADDRESS.replace("example", "EXAMPLE"))
        [(to, message)] = post.messages
    assert to == SAID_ADDRESS
    code = re.search(r"\b\d{6}\b", message.get_content())[0]
    assert person.post(path, act="code", code=code).status_code == 303
    assert stands(person, path).identity is Identity.CODE
    silent = Person(stage.on(stage.context.database, codes=()).client)
    silent.stage = stage
    assert stands(silent, silent.ask(number="", email=SAID_ADDRESS)).identity is Identity.NONE


def test_a_wrong_code_is_told_and_after_five_no_code_counts(person, codes):
    path = person.ask()
    for _ in range(5):
        person.get(path)
        assert person.post(path, act="code", code="x").status_code == 422
    assert "wrong or too old" in person.page.text
    assert person.post(path, act="code", code=codes.code).status_code == 422
    assert stands(person, path).state is RequestState.IDENTITY_ASKED


def test_a_code_is_good_for_ten_minutes_and_a_new_one_replaces_it(person, codes, clock):
    path = person.ask()
    old = codes.code
    clock.move(minutes=11)
    person.get(path)
    assert person.post(path, act="code", code=old).status_code == 422
    person.get(path)
    assert person.post(path, act="again").status_code == 303
    person.get(path)
    assert len(codes.sent) == 2
    assert person.post(path, act="code", code=codes.code).status_code == 303
    assert stands(person, path).state is RequestState.VERIFIED


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_a_caller_withdraws_and_it_takes_effect_with_the_code(person, codes):
    with person.stage.context.database.transaction("acme") as tx:
        answer(tx, person.call)
    path = person.ask("withdrawal")
    person.post(path, act="code", code=codes.code)
    with person.stage.context.database.transaction("acme") as tx:
        standing = standings(list_consents(tx, person.call))
        assert {s.outcome for s in standing} == {Outcome.WITHDRAWN}


@pytest.mark.contradiction(6)
def test_what_has_to_stay_is_told_with_its_day_and_clause(person):
    path = person.ask("deletion")
    found = stands(person, path)
    kept = [{"because": "restricted", "until": "2028-05-31", "clause": "jurisdictions IN: DPDP", "kind": "x"}] * 2
    with person.stage.context.database.transaction("acme") as tx:
        for state in (RequestState.VERIFIED, RequestState.WORKING, RequestState.ANSWERED):
            move_request(tx, found, state, actor="test", result={"recordings": 1, "kept": kept})
    text = person.get(path).text
    assert text.count('Until May 31, 2028: <span lang="en">jurisdictions IN: DPDP') == 1
    assert "Answer by" not in text


def test_a_form_that_is_not_ours_proves_nothing_and_there_is_no_copy_before_it_was_made(person, codes):
    path = person.ask()
    person.client.cookies.clear()
    assert person.post(path, act="code", code=codes.code).status_code == 422
    assert stands(person, path).state is RequestState.IDENTITY_ASKED
    assert person.get(f"{path}/copy").status_code == 404
    assert person.get("/subjects/acme/requests/unknown/copy").status_code == 404
    assert person.client.post("/subjects/nobody/requests/x", data={"act": "code"}).status_code == 404
