from __future__ import annotations

import secrets
import threading
from dataclasses import replace

import psycopg
import pytest

from pipeline.store.tenants import change_tenant
from pipeline.telemetry import metrics
from tests.webhooks.twilio.test_news import a_callback, recordings_of, tell
from webhooks.twilio import shared


def a_sid() -> str:
    return "RE" + secrets.token_hex(16)


def change(stage, owner, **secrets_of) -> None:
    with stage.context.database.transaction(owner.id) as tx:
        changed = replace(owner, secrets=replace(owner.secrets, **secrets_of))
        change_tenant(tx, changed, keys=stage.context.keys, actor="test", changed=[])


def test_a_token_that_was_changed_signs_from_the_next_request_on_and_the_old_one_no_more(stage):
    call = stage.call(stage.tenant(token="old"))
    assert tell(call, a_sid(), "completed") == 204
    change(stage, call.owner, auth_token="new")
    assert tell(call, a_sid(), "completed") == 403
    changed = stage.call(replace(call.owner, secrets=replace(call.owner.secrets, auth_token="new")))
    assert tell(changed, a_sid(), "completed") == 204
    assert tell(call, a_sid(), "completed") == 403
    assert len(recordings_of(stage, call)) == 2


def test_a_signature_that_an_older_reading_refused_is_judged_by_how_the_tenant_stands_now(stage):
    call = stage.call(stage.tenant(token="old"))
    assert tell(call, a_sid(), "completed") == 204
    change(stage, call.owner, auth_token="new")
    changed = stage.call(replace(call.owner, secrets=replace(call.owner.secrets, auth_token="new")))
    assert tell(changed, a_sid(), "completed") == 204


def test_a_tenant_whose_token_is_taken_away_is_not_found(stage):
    call = stage.call(stage.tenant(token="token"))
    assert tell(call, a_sid(), "completed") == 204
    change(stage, call.owner, auth_token="")
    assert tell(call, a_sid(), "completed") == 404


def test_only_posts_are_taken_and_the_route_is_counted_by_its_template(stage):
    call = stage.call(stage.tenant())
    route = "/twilio/{tenant}/recording"
    counted = [metrics.ANSWERS.labels("GET", route, "405"), metrics.ANSWERS.labels("POST", route, "204")]
    before = [child._value.get() for child in counted]
    answer = stage.client.get(call.path("recording"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    tell(call, a_sid(), "completed")
    assert [child._value.get() for child in counted] == [number + 1 for number in before]


@pytest.mark.parametrize(
    ("path", "media_type", "status"),
    [
        ("/twilio/{tenant}/recording", "text/plain", 415),
        ("/twilio/{tenant}/recording", "application/x-www-form-urlencoded", 403),
        ("/twilio/No%20Tenant/recording", "application/x-www-form-urlencoded", 404),
        ("/twilio//recording", "application/x-www-form-urlencoded", 404),
    ],
)
def test_what_a_shared_route_refuses_is_a_problem_document(stage, path, media_type, status):
    owner = stage.tenant()
    answer = stage.client.post(path.format(tenant=owner.id), content=b"x=secret", headers={"content-type": media_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert "secret" not in answer.text


def test_whoever_waits_too_long_for_a_commit_is_told_to_come_back(stage, monkeypatch, postgres, database_name):
    call, sid = stage.call(stage.tenant()), a_sid()
    assert tell(call, a_sid(), "completed") == 204
    monkeypatch.setattr(shared, "_PATIENCE_S", 0.3)
    with psycopg.connect(postgres.dsn(database_name)) as other:
        other.execute("lock table earmark.inbox")
        assert tell(call, sid, "completed") == 503
    monkeypatch.undo()
    assert tell(call, sid, "completed") == 204
    assert len(recordings_of(stage, call)) == 2


def test_what_is_sent_again_while_the_first_is_still_under_way_is_taken_once(stage):
    call, sid = stage.call(stage.tenant()), a_sid()
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(tell(call, sid, "completed"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [204] * 8
    assert len(recordings_of(stage, call)) == len(stage.queue.enqueued) == 1


@pytest.mark.parametrize("name", ["nobody", "x", "%00", "acme%2f"])
def test_a_tenant_that_is_not_there_is_not_found(stage, name):
    call = stage.call(stage.tenant())
    assert call.post(f"/twilio/{name}/recording", a_callback(call, a_sid(), "completed")).status_code == 404
