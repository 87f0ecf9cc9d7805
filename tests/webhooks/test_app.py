from __future__ import annotations

import pytest

from tests.webhooks.conftest import API_KEY
from tests.webhooks.subjects.asking import Person
from webhooks.subjects import follow, page
from webhooks.subjects.render import COOKIE


def test_the_api_describes_itself_and_the_webhooks_are_not_in_it(stage):
    described = stage.client.get("/api/v1/openapi.json").json()
    assert "/api/v1/calls/{call_sid}/withdraw" in described["paths"]
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_a_deepgram_callback_finds_nothing_since_none_is_asked_for(stage):
    stage.tenant()
    assert stage.client.post("/deepgram/acme/job_1", json={}).status_code == 404


@pytest.mark.clause("nejix", "6", "We use these only with your consent")
def test_no_answer_to_a_program_sets_a_cookie(stage):
    """Programs show their key with each request, so there is nothing that a cookie could be needed for."""
    call = stage.call(stage.tenant())
    announced = call.ring()
    described = [
        path for path in stage.client.get("/api/v1/openapi.json").json()["paths"] if "recording_id" not in path
    ]
    told = [call.post(call.path("voice"), call.form(Direction="inbound")), call.end()]
    for path in ("/healthz", "/readyz", "/metrics", *(one.replace("{call_sid}", call.call_sid) for one in described)):
        told += [stage.client.request(m, path, headers={"Authorization": f"Bearer {API_KEY}"}) for m in ("GET", "POST")]
    assert announced.find("Gather") is not None
    assert {answer.status_code for answer in told} >= {200, 405}
    assert len(told) > 20
    assert [answer.url for answer in told if "set-cookie" in answer.headers] == []
    assert len(stage.client.cookies) == 0


@pytest.mark.clause("nejix", "6", "We use these only with your consent")
def test_the_pages_for_people_set_the_one_cookie_that_their_forms_need(stage):
    stage.tenant()
    person = Person(stage.client)
    followed = person.ask()
    token = followed.rsplit("/", 1)[1]
    routes = [*page.router.routes, *follow.router.routes]
    paths = {route.path.format(tenant="acme", token=token) for route in routes}
    assert paths == {"/subjects/style.css", "/subjects/acme", followed, f"{followed}/copy"}
    told = [stage.client.request(m, path) for path in [*paths, "/subjects/nobody"] for m in ("GET", "POST", "HEAD")]
    with_form = [answer for answer in told if 'name="csrf"' in answer.text]
    assert len(with_form) >= 4
    assert [a.url for a in told if a.headers.get_list("set-cookie") and a not in with_form] == []
    for answer in with_form:
        (cookie,) = answer.headers.get_list("set-cookie")
        name, _, rest = cookie.partition("=")
        assert (name, "Path=/subjects;" in rest, "HttpOnly" in rest, "Domain" in rest) == (COOKIE, True, True, False)
    assert {cookie.name for cookie in stage.client.cookies.jar} == {COOKIE}
