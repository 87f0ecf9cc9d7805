from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from pipeline.model.ids import TenantId
from pipeline.model.user import Role
from webhooks.pages import render
from webhooks.pages.render import Notice, go_to, show

ACME = TenantId("acme")


@dataclass(frozen=True)
class Reader:
    tenant: TenantId = ACME
    actor: str = "user:ada"
    roles: frozenset[Role] = frozenset({Role.REVIEWER})
    locale: str = "en"
    csrf: str = "token"


@pytest.fixture
def client():
    app = FastAPI()

    @app.get("/problem")
    def problem(request: Request, text: str = "hello"):
        values = {"title": "A page", "sentence": text, "notice": Notice(text="done", kind="done")}
        return show(request, Reader(), "pages/problem.html", values, block="body")

    @app.post("/problem")
    def posted():
        return go_to("/problem")

    return TestClient(app)


def test_only_scripts_with_the_nonce_run_and_each_answer_has_its_own(client):
    first, second = client.get("/problem"), client.get("/problem")
    nonces = [re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1] for answer in (first, second)]
    assert nonces[0] != nonces[1]
    assert set(re.findall(r'nonce="([^"]+)"', first.text)) == {nonces[0]}
    assert (
        first.text.count("<script")
        == first.text.count("<script ")
        == len(re.findall(r"<script [^>]*nonce=", first.text))
    )
    assert "unsafe" not in first.headers["content-security-policy"]
    assert first.headers["content-security-policy"].startswith("default-src 'none'")
    assert (first.headers["cache-control"], first.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert " style=" not in first.text


def test_what_is_shown_cannot_become_markup(client):
    assert "<b>" not in client.get("/problem", params={"text": "<b>x</b>"}).text


def test_what_stands_between_backticks_is_code_and_no_markup():
    assert str(render._coded("run `a <b>` & see")) == "run <code>a &lt;b&gt;</code> &amp; see"


def test_htmx_is_given_the_block_alone_and_everybody_else_the_page(client):
    alone = client.get("/problem", headers={"HX-Request": "true"}).text
    whole = client.get("/problem").text
    assert ("<html" in alone, "hello" in alone) == (False, True)
    assert ("<html" in whole, "hello" in whole, "user:" in whole) == (True, True, False)


def test_a_form_that_was_done_is_answered_with_another_page(client):
    answer = client.post("/problem", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/problem")
