from __future__ import annotations

import pytest

from pipeline.consent.receipt_proof import check_file, read_trusted
from pipeline.model.consent import Outcome
from pipeline.steps.context import shelf_of_call
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.audit import list_events
from pipeline.store.calls import get_call
from tests.builders import a_call, answer
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.webhooks.conftest import API_KEY


@pytest.fixture
def call_sid(stage, tmp_path) -> str:
    """A call of acme that was declined, with its receipts."""
    owner = stage.tenant()
    with stage.context.database.transaction(owner.id) as tx:
        call = get_call(tx, a_call(tx, stage.context.keys))
        answer(tx, call.id, Outcome.DECLINED)
    issue_receipts(scripted_context("", tmp_path, database=stage.context.database), shelf_of_call(call), call.id, None)
    return call.call_sid


def get(stage, path: str, key: str = API_KEY):
    return stage.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})


def reads(stage) -> list[tuple[str, object]]:
    with stage.context.database.transaction("acme") as tx:
        events = [e.entry for e in list_events(tx) if e.entry.tag == "artifact:artifact:read"]
    return [(e.actor, e.facts["reason"]) for e in events]


def test_a_tenant_reads_its_receipts_and_what_it_reads_proves_itself_by_its_keys(stage, call_sid):
    answered = get(stage, f"calls/{call_sid}/receipts")
    assert answered.status_code == 200
    trusted = read_trusted(get(stage, "receipt-keys").content)
    proof = check_file(answered.content, trusted=trusted, log=None)
    assert proof.is_pinned
    assert {(c.receipt.call_sid, c.receipt.outcome) for c in proof.receipts} == {(call_sid, Outcome.DECLINED)}
    assert len(proof.receipts) == 4


def test_each_reading_is_in_the_audit_log_with_its_reason(stage, call_sid):
    get(stage, f"calls/{call_sid}/receipts?reason=a%20complaint")
    assert reads(stage) == [("api:acme", "a complaint")] * 4


@pytest.mark.parametrize("key", ["", "ek_wrong"])
def test_nobody_else_reads_them(stage, call_sid, key):
    assert get(stage, f"calls/{call_sid}/receipts", key).status_code == 401
    assert get(stage, "receipt-keys", key).status_code == 401
    assert reads(stage) == []


def test_another_tenant_does_not_see_the_call(stage, call_sid):
    stage.tenant("other")
    assert get(stage, f"calls/{call_sid}/receipts", "other").status_code == 404
    assert reads(stage) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("calls/CA" + "0" * 32 + "/receipts", 404),
        ("calls/CAnonsense/receipts", 422),
        ("calls/CA" + "0" * 32 + "/receipts?reason=%20", 422),
        ("calls/CA" + "0" * 32 + "/receipts?reason=" + "x" * 201, 422),
    ],
)
def test_what_is_not_there_or_badly_asked_is_a_4xx(stage, call_sid, path, status):
    assert get(stage, path).status_code == status


def test_a_tenant_that_never_signed_is_given_the_key_that_it_will_sign_with(stage):
    stage.tenant()
    first, again = get(stage, "receipt-keys").json(), get(stage, "receipt-keys").json()
    assert first == again
    assert (first["tenant"], len(first["keys"])) == ("acme", 1)
    assert {"kty", "crv", "x", "kid", "alg", "use"} == set(first["keys"][0])
