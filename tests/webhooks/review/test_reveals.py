from __future__ import annotations

import re

import pytest

from pipeline.model.audit import AuditTag
from pipeline.model.user import Role
from tests.corrections import an_ending
from tests.webhooks.review.conftest import Desk

TRUSTED = Role.PRIVILEGED_REVIEWER


def ask(desk: Desk, **fields):
    key = desk.sign_in("ada", TRUSTED).key("PERSON_1")
    assert "Ask to see PERSON_1" in desk.get("reveals", finding=key).text
    return desk.post("reveals", **{"finding": key, "purpose": "fraud", "reason": "is it one person"} | fields)


@pytest.fixture
def asked(desk) -> str:
    ask(desk)
    page = desk.sign_in("bob", TRUSTED).get("/review/reveals").text
    assert "is it one person" in page
    return re.search(r"/review/reveals/(rvl_\w+)/answer", page)[1]


def allow(desk: Desk, reveal: str, name: str = "bob", answer: str = "true"):
    return desk.sign_in(name, TRUSTED).post(f"/review/reveals/{reveal}/answer", allows=answer)


def test_what_one_asks_and_another_allows_is_shown_to_who_asked_with_their_name_across_it(desk, asked):
    assert allow(desk, asked).status_code == 200
    page = desk.sign_in("ada", TRUSTED).post(f"/review/reveals/{asked}/words")
    assert page.status_code == 200
    assert "<mark>canaryname</mark>" in page.text
    assert page.text.count(f"user:ada · 2026-11-21 09:00:00 UTC · {asked}") == 2
    assert page.headers["cache-control"] == "no-store"
    assert "5551234" not in page.text
    sound = desk.get(f"/review/reveals/{asked}/clip.wav")
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert sound.headers["cache-control"] == "no-store"
    assert len(desk.line.events(AuditTag.REVEAL_READ)) == 2


def test_the_words_stand_on_no_other_page(desk, asked):
    allow(desk, asked)
    desk.sign_in("ada", TRUSTED).post(f"/review/reveals/{asked}/words")
    pages = [desk.get(path).text for path in ("reveals", "findings", "versions", "/review/reveals")]
    assert not any("canaryname" in page for page in pages)


def test_nobody_allows_their_own_and_nobody_else_reads_it(desk, asked):
    assert allow(desk, asked, "ada").status_code == 403
    assert desk.post(f"/review/reveals/{asked}/words").status_code == 403
    allow(desk, asked)
    assert desk.post(f"/review/reveals/{asked}/words").status_code == 404
    assert desk.get(f"/review/reveals/{asked}/clip.wav").status_code == 404


def test_after_five_minutes_and_after_a_refusal_it_is_closed(desk, asked, clock):
    allow(desk, asked)
    clock.move(minutes=5)
    desk.sign_in("ada", TRUSTED)
    assert "canaryname" not in desk.post(f"/review/reveals/{asked}/words").text
    assert desk.get(f"/review/reveals/{asked}/clip.wav").status_code == 403
    ask(desk)
    page = desk.get("reveals").text
    second = re.search(r"/review/reveals/(rvl_\w+)/answer", page)[1]
    allow(desk, second, answer="false")
    assert desk.sign_in("ada", TRUSTED).post(f"/review/reveals/{second}/words").status_code == 403
    assert ">refused<" in desk.get("reveals").text


def test_without_purpose_or_reason_nothing_is_asked(desk):
    assert ask(desk, purpose="").status_code == 422
    assert ask(desk, reason=" ").status_code == 422
    assert desk.line.events(AuditTag.REVEAL_ASKED) == []


def test_an_ordinary_reviewer_is_offered_no_reveal_and_gets_none(desk, asked):
    allow(desk, asked)
    desk.sign_in("ada", Role.REVIEWER)
    assert "reveals" not in desk.get("findings").text
    assert desk.get("reveals").status_code == 403
    assert desk.get("/review/reveals").status_code == 403
    assert desk.post(f"/review/reveals/{asked}/words").status_code == 403
    assert desk.get(f"/review/reveals/{asked}/clip.wav").status_code == 403


def test_what_has_ended_is_revealed_to_nobody(desk, asked):
    allow(desk, asked)
    an_ending(desk.line, desk.recording)
    desk.sign_in("ada", TRUSTED)
    assert desk.post(f"/review/reveals/{asked}/words").status_code == 403
    assert desk.get(f"/review/reveals/{asked}/clip.wav").status_code == 403
