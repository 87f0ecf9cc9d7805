from __future__ import annotations

import pytest

from pipeline.store.session import Database
from tests.webhooks.conftest import NEW_YORK


def test_a_process_that_reaches_its_database_is_alive_and_ready(stage):
    assert stage.client.get("/healthz").status_code == 200
    assert stage.client.get("/readyz").status_code == 200


def test_without_the_database_the_process_is_alive_and_not_ready(stage, clock, tmp_path):
    gone = stage.on(Database(f"postgresql+psycopg://earmark_app@/x?host={tmp_path}", clock=clock))
    assert gone.client.get("/healthz").status_code == 200
    answer = gone.client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.clause("nejix", "1", "timestamps, and clickstream data")
@pytest.mark.clause("nejix", "2", "Provide, operate, and improve the Services")
@pytest.mark.contradiction(1)
def test_answers_are_counted_by_route_and_status_and_name_nobody(stage):
    call = stage.call(stage.tenant())
    call.ring()
    stage.client.post(call.path("voice"), data=call.form())
    stage.client.get("/some/secret/path")
    told = stage.client.get("/metrics").text
    assert 'earmark_answers_total{method="POST",route="/twilio/{tenant}/voice",status="200"} 1' in told
    assert 'earmark_answers_total{method="POST",route="/twilio/{tenant}/voice",status="403"} 1' in told
    assert 'earmark_answers_total{method="GET",route="none",status="404"} 1' in told
    for secret in ("acme", call.call_sid, NEW_YORK, "secret"):
        assert secret not in told


def test_methods_that_nobody_knows_are_counted_as_one(stage):
    for number in range(3):
        stage.client.request(f"STRANGE{number}", "/healthz")
    told = stage.client.get("/metrics").text
    assert "STRANGE" not in told
    assert 'method="OTHER"' in told
