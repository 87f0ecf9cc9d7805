from __future__ import annotations

import threading
import time

import pytest

from pipeline.model.errors import StoreUnreachable, VendorRefused, VendorUnavailable
from pipeline.store.session import Database
from pipeline.telemetry.metrics import MOST_VALUES
from tests.roles import beside
from tests.webhooks.conftest import NEW_YORK

TOKEN = {"Authorization": "Bearer watcher"}


class Broken:
    """A store or a keeper that answers every question alike."""

    def __init__(self, error: Exception | None = None, *, hangs: threading.Event | None = None) -> None:
        self._error, self._hangs = error, hangs

    def list_versions(self, prefix):
        return self._answer()

    def digest_key(self, tenant):
        return self._answer()

    def _answer(self):
        if self._hangs is not None:
            self._hangs.wait(10)
        if self._error is not None:
            raise self._error
        return iter(())


def test_a_process_that_reaches_its_parts_is_alive_and_ready(stage):
    assert stage.client.get("/healthz").status_code == 200
    assert stage.client.get("/readyz").status_code == 200
    stage.tenant()
    assert stage.on(stage.context.database).client.get("/readyz").status_code == 200


def test_without_the_database_the_process_is_alive_and_not_ready(stage, clock, tmp_path):
    gone = stage.on(Database(beside(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}"), clock=clock))
    assert gone.client.get("/healthz").status_code == 200
    answer = gone.client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"] == "No answer, or a wrong one: database, keys."


@pytest.mark.parametrize(
    ("part", "broken", "named"),
    [
        ("objects", Broken(StoreUnreachable("list")), "artifact store"),
        ("keys", Broken(VendorUnavailable("kms", "Decrypt")), "keys"),
        ("keys", Broken(VendorRefused("kms", "Decrypt")), "keys"),
    ],
)
def test_a_store_or_keeper_that_does_not_answer_is_named(stage, part, broken, named):
    answer = stage.on(stage.context.database, **{part: broken}).client.get("/readyz")
    assert (answer.status_code, answer.json()["detail"]) == (503, f"No answer, or a wrong one: {named}.")


def test_a_part_that_hangs_costs_less_than_two_seconds_and_no_liveness(stage):
    hangs = threading.Event()
    slow = stage.on(stage.context.database, objects=Broken(hangs=hangs))
    assert slow.client.get("/healthz").status_code == 200
    began = time.monotonic()
    assert slow.client.get("/readyz").status_code == 503
    assert time.monotonic() - began < 2
    began = time.monotonic()
    assert slow.client.get("/readyz").status_code == 503
    assert slow.client.get("/healthz").status_code == 200
    assert time.monotonic() - began < 1
    hangs.set()


def test_figures_are_told_to_who_shows_the_token_and_without_one_to_nobody(stage):
    assert stage.client.get("/metrics").status_code == 404
    watched = stage.on(stage.context.database, metrics_token="watcher")
    assert watched.client.get("/metrics").status_code == 401
    assert watched.client.get("/metrics", headers={"Authorization": "Bearer Watcher"}).status_code == 401
    answer = watched.client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")


@pytest.mark.clause("nejix", "1", "timestamps, and clickstream data")
@pytest.mark.clause("nejix", "2", "Provide, operate, and improve the Services")
@pytest.mark.contradiction(1)
def test_answers_are_counted_by_route_and_status_and_name_nobody(stage):
    watched = stage.on(stage.context.database, metrics_token="watcher")
    before = told_by(watched)
    call = watched.call(watched.tenant())
    call.ring()
    watched.client.post(call.path("voice"), data=call.form())
    watched.client.get("/some/secret/path")
    for number in range(3):
        watched.client.request(f"STRANGE{number}", "/healthz")
    after = told_by(watched)
    voice = 'route="/twilio/{tenant}/voice"'
    assert grown(before, after, f'earmark_answers_total{{method="POST",{voice},status="200"}}') == 1
    assert grown(before, after, f'earmark_answers_total{{method="POST",{voice},status="403"}}') == 1
    assert grown(before, after, f"earmark_refused_callbacks_total{{{voice}}}") == 1
    assert grown(before, after, f"earmark_answer_seconds_count{{{voice}}}") == 2
    assert grown(before, after, 'earmark_answers_total{method="GET",route="none",status="404"}') == 1
    assert grown(before, after, 'earmark_answers_total{method="OTHER",route="/healthz",status="405"}') == 3
    for secret in ("acme", call.call_sid, NEW_YORK, "secret", "STRANGE"):
        assert secret not in "".join(after.keys() - before.keys())


def test_every_route_may_be_told_by_its_name(stage):
    assert len({getattr(route, "path", None) for route in stage.client.app.routes}) < MOST_VALUES / 2


def told_by(stage) -> dict[str, float]:
    lines = stage.client.get("/metrics", headers=TOKEN).text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def grown(before: dict[str, float], after: dict[str, float], name: str) -> float:
    return after[name] - before.get(name, 0)
