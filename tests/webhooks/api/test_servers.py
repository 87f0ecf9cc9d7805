from __future__ import annotations

import pytest

from pipeline.model.errors import VendorRefused
from pipeline.store.webhook_deliveries import mark_given_up

URL = "https://hooks.example.com/canary"


class Post:
    """A way to servers that finds one host public."""

    def check(self, url: str) -> None:
        if "hooks.example.com" not in url:
            raise VendorRefused("webhook", "look up", reason="the address leads to an inner network")


@pytest.fixture
def server(empty):
    empty.stage = empty.stage.on(empty.stage.context.database, events=Post())
    return empty.do("webhooks", {"url": URL, "events": ["recording.published"]})


def test_a_server_is_told_of_what_was_chosen_and_its_address_and_secret_of_nobody(empty, server):
    assert server["secret"].startswith("whsec_")
    [listed] = empty.get("webhooks")["items"]
    assert (listed["host"], "secret" in listed, "canary" in str(listed)) == ("hooks.example.com", False, False)
    here = f"webhooks/{server['id']}"
    chosen = empty.do(here, {"events": ["request.opened"]}, method="PATCH")
    assert chosen["events"] == ["request.opened"]
    assert empty.do(f"{here}/secret")["secret"] != server["secret"]
    empty.do(here, method="DELETE")
    assert empty.get("webhooks")["items"] == []
    assert empty.refused(f"{here}/test") == 409


def test_a_test_is_sent_logged_and_told_again(empty, server):
    here = f"webhooks/{server['id']}"
    for _ in range(3):
        empty.do(f"{here}/test")
    first = empty.get(f"{here}/deliveries?limit=2")
    rest = empty.get(f"{here}/deliveries?limit=2&cursor={first['next']}")
    seen = [one["id"] for one in first["items"] + rest["items"]]
    assert (len(set(seen)), rest["next"]) == (3, None)
    sent = len(empty.queue.deliveries)
    assert empty.refused(f"deliveries/{seen[0]}/replay") == 409  # it still waits
    with empty.tx() as tx:
        mark_given_up(tx, seen[0])
    empty.do(f"deliveries/{seen[0]}/replay")
    assert len(empty.queue.deliveries) == sent + 1


def test_what_leads_inside_or_is_told_of_nothing_is_refused(empty, server):
    for wrong in (
        {"url": "http://hooks.example.com/"},
        {"url": "https://127.0.0.1/"},
        {"events": []},
        {"events": ["x"]},
    ):
        assert empty.refused("webhooks", {"url": URL, "events": ["recording.published"]} | wrong) == 422
