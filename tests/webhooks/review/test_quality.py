from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from pipeline.store.quality_samples import list_samples
from tests.webhooks.review.quality_desk import desk as desk
from tests.webhooks.review.quality_desk import words_of


@pytest.fixture
def ada(desk):
    return desk.seat("ada", Role.REVIEWER)


@pytest.fixture
def ben(desk):
    return desk.seat("ben", Role.REVIEWER)


def test_a_call_is_taken_read_and_finished_without_any_script(desk, ada):
    assert "1 call waits for you" in words_of(ada.get("/review/quality").text)
    path = ada.takes()
    page = words_of(ada.get(path).text)
    assert "[PERSON_1]" in page
    assert "canaryname" not in page
    assert (
        ada.post(path, v0="personal", v1="unsure", is_whole="yes", act="finish").headers["location"]
        == "/review/quality"
    )
    assert desk.line.events("quality:reading:finished")
    assert path.rsplit("/", 1)[1] in ada.get("/review/quality").text


def test_words_are_marked_taken_back_and_marked_again_and_nothing_is_stored_meanwhile(desk, ada):
    path = ada.takes()
    page = ada.get(path).text
    turn = re.search(r'value="(\d+)\.0"><span>my</span>', page)[1]
    chosen = {"v0": "unsure", "w": [f"{turn}.0", f"{turn}.1"], "kind": "PIN", "act": "mark"}
    marked = ada.post(path, **chosen).text
    name = f"{turn}.0.1.PIN"
    assert f'name="mark" value="{name}"' in marked
    assert 'value="unsure" checked' in marked
    assert f'name="mark" value="{name}"' not in ada.post(path, mark=[name], unmark=name).text
    again = ada.post(path, mark=[name], w=[f"{turn}.1"], kind="PERSON", act="mark")
    assert (again.status_code, "marked already" in again.text) == (422, True)
    assert desk.line.events("quality:reading:finished") == []


def test_htmx_is_given_the_form_alone(ada):
    path = ada.takes()
    part = ada.get(path, **{"HX-Request": "true"}).text
    assert part.strip().startswith("<form")
    assert "<html" not in part


@pytest.mark.parametrize(("fields", "says"), [
    ({"v0": "personal", "is_whole": "yes"}, "Say of each hidden place"),
    ({"v0": "personal", "v1": "personal"}, "Say that you read the whole call"),
    ({"v0": "maybe"}, "could not be taken"),
    ({"mark": ["0.0.99.PIN"]}, "could not be taken"),
    ({"mark": ["0.0.0.NAME"]}, "could not be taken"),
    ({"act": "mark", "w": ["x"], "kind": "PIN"}, "could not be taken"),
    ({"act": "mark", "kind": "PIN"}, "Choose the words first"),
])  # fmt: skip
def test_what_does_not_count_is_said_and_nothing_changes(desk, ada, fields, says):
    answer = ada.post(ada.takes(), **({"act": "finish"} | fields))
    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert desk.line.events("quality:reading:finished") == []


def test_two_readers_see_the_same_page_and_nobody_sees_the_others(desk, ada, ben):
    pages = {}
    for seat in (ada, ben):
        path = seat.takes()
        pages[path] = re.sub(r"qrd_\w+|nonce=\"[^\"]+\"|value=\"[0-9a-f]{64}\"|ada|ben", "", seat.get(path).text)
        assert "second" not in pages[path]
    assert len(set(pages.values())) == 1
    first, second = pages
    assert ben.get(first).status_code == ada.get(second).status_code == 404
    assert ben.post(first, v0="personal", v1="personal", is_whole="yes").status_code == 404


def test_a_call_that_is_given_back_does_not_come_again(desk, ada):
    path = ada.takes()
    assert ada.post(f"{path}/return").status_code == 303
    again = ada.post("/review/quality/take")
    assert "Nothing waits for you" in again.text
    assert ada.get(path).status_code == 409


def test_the_redacted_sound_is_heard_by_its_reader_alone(desk, ada, ben):
    path = ada.takes()
    sound = ada.get(f"{path}/sound")
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert sound.headers["cache-control"] == "no-store"
    part = ada.get(f"{path}/sound", Range="bytes=8-15")
    assert (part.status_code, part.content) == (206, sound.content[8:16])
    assert ben.get(f"{path}/sound").status_code == 404


def test_who_may_not_read_does_not_and_a_form_needs_its_token(desk, ada):
    clerk, auditor = desk.seat("cy", Role.OPERATOR), desk.seat("di", Role.AUDITOR)
    assert clerk.get("/review/quality").status_code == 403
    assert "Take the next call" not in auditor.get("/review/quality").text
    assert auditor.post("/review/quality/take").status_code == 403
    assert ada.post("/review/quality/take", csrf="wrong").status_code == 403
    assert desk.line.events("quality:reading:taken") == []


def test_finishing_as_two_agree_ends_the_sample(desk, ada, ben):
    for seat in (ada, ben):
        assert seat.reads().status_code == 303
    with desk.line.tx() as tx:
        (sample,) = list_samples(tx, state="finished")
    assert sample.compared.entities.neither == 2
