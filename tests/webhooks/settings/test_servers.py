from __future__ import annotations

import pytest

from pipeline.model.errors import VendorRefused
from pipeline.store.webhook_deliveries import mark_given_up
from tests.webhooks.settings.conftest import Person, find

URL = "https://hooks.example.com/canary"


class Post:
    """A way to servers that finds one host public."""

    def check(self, url: str) -> None:
        if "hooks.example.com" not in url:
            raise VendorRefused("webhook", "look up", reason="the address leads to an inner network")


@pytest.fixture
def admin(stage, admin) -> Person:
    admin.stage = stage.on(stage.context.database, events=Post())
    return admin


def register(admin, url: str = URL, **fields):
    return admin.post("/settings/webhooks", {"url": url, "event": "recording.published"} | fields)


def test_a_server_is_registered_its_secret_shown_once_and_its_address_only_as_a_host(admin):
    secret = find(r"(whsec_[A-Za-z0-9+/=]+)", register(admin))
    page = admin.get("/settings/webhooks").text
    assert "hooks.example.com" in page
    assert "canary" not in page
    assert secret not in page


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("http://hooks.example.com/", {}), ("https://127.0.0.1/", {}), ("https://inner.example.com/", {}),
        (URL, {"event": "x"}),
    ],
)  # fmt: skip
def test_what_leads_to_an_inner_network_or_is_told_of_nothing_is_refused_on_the_page(admin, url, fields):
    assert register(admin, url, **fields).status_code == 422


def test_without_a_way_to_servers_none_is_registered(stage, owner, admin):
    assert register(Person(stage, "dan", admin.roles, owner.id)).status_code == 403


def test_a_test_is_sent_logged_and_told_again(admin, stage, owner):
    register(admin)
    id = find(r"/settings/webhooks/(whe_\w+)/test", admin.get("/settings/webhooks"))
    assert admin.post(f"/settings/webhooks/{id}/test").headers["location"] == f"/settings/webhooks/{id}?done=asked"
    ((delivery, attempt, _),) = stage.queue.deliveries
    assert attempt == 1
    log = admin.get(f"/settings/webhooks/{id}").text
    assert "waiting" in log
    assert "/replay" not in log
    with stage.context.database.transaction(owner.id) as tx:
        mark_given_up(tx, delivery)
    assert f"/settings/deliveries/{delivery}/replay" in admin.get(f"/settings/webhooks/{id}").text
    assert admin.post(f"/settings/deliveries/{delivery}/replay").status_code == 303
    assert len(stage.queue.deliveries) == 2
    assert admin.get(f"/settings/webhooks/{id}?before=9e99:x").status_code == 200
    assert delivery not in admin.get(f"/settings/webhooks/{id}?before=1:whd_0").text


def test_events_and_secret_change_and_a_removed_server_is_told_of_nothing(admin):
    first = find(r"(whsec_[A-Za-z0-9+/=]+)", register(admin))
    id = find(r"/settings/webhooks/(whe_\w+)/test", admin.get("/settings/webhooks"))
    assert find(r"(whsec_[A-Za-z0-9+/=]+)", admin.post(f"/settings/webhooks/{id}/secret")) != first
    assert admin.post(f"/settings/webhooks/{id}/events", {"event": "request.opened"}).status_code == 303
    assert "request.opened" in admin.get(f"/settings/webhooks/{id}").text
    assert admin.post(f"/settings/webhooks/{id}/dance").status_code == 404
    assert admin.post(f"/settings/webhooks/{id}/remove").status_code == 303
    assert admin.post(f"/settings/webhooks/{id}/test").status_code == 409
    assert "hooks.example.com" not in admin.get("/settings/webhooks").text


def test_a_stranger_finds_no_server(admin, stranger):
    register(admin)
    id = find(r"/settings/webhooks/(whe_\w+)/test", admin.get("/settings/webhooks"))
    for name in (id, "whe_never"):
        assert stranger.get(f"/settings/webhooks/{name}").status_code == 404
        assert stranger.post(f"/settings/webhooks/{name}/test").status_code == 404
