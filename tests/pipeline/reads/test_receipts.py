from __future__ import annotations

import json

import pytest

from pipeline.consent.receipt_proof import check_file, read_trusted
from pipeline.consent.script import render_script
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.reads.receipts import export_receipts, list_issued, list_keys
from pipeline.steps.context import shelf_of_call
from pipeline.steps.issue_receipts import issue_receipts
from pipeline.store.audit import list_events
from pipeline.store.calls import get_call
from pipeline.store.consents import add_consent
from tests.builders import a_call
from tests.conftest import make_tenant
from tests.pipeline.workflows.house_of_fakes import scripted_context

SCRIPT = render_script("announce", "en-US", tenant_name="Acme")


@pytest.fixture
def call(database, tenant, keys, tmp_path):
    """A call that went on after the announcement, with its receipts."""
    with database.transaction(tenant.id) as tx:
        call = get_call(tx, a_call(tx, keys))
        for purpose in (Purpose.RECORD, Purpose.STORE):
            event = ConsentEvent(
                leg_role=LegRole.CALLER,
                purpose=purpose,
                outcome=Outcome.GRANTED,
                method=Method.IMPLIED,
                at=tx.now,
                script=SCRIPT.ref,
            )
            add_consent(tx, call.id, event, cause=f"announced:{purpose.value}", actor="test")
    issue_receipts(scripted_context("", tmp_path, database=database), shelf_of_call(call), call.id, None)
    return call


def read(vault, tenant, call, **more) -> dict:
    return export_receipts(vault, tenant.id, call.call_sid, **({"actor": "cli", "reason": "a complaint"} | more))


def test_an_export_has_the_receipts_the_keys_and_the_very_words(vault, tenant, call):
    exported = read(vault, tenant, call)
    assert exported["wordings"] == {
        SCRIPT.sha256: {"id": "announce", "locale": "en-US", "version": SCRIPT.version, "text": SCRIPT.text}
    }
    proof = check_file(json.dumps(exported).encode(), trusted=None, log=None)
    assert {c.receipt.purpose for c in proof.receipts} == {Purpose.RECORD, Purpose.STORE}


def test_it_proves_itself_by_the_published_keys_and_the_log(database, vault, tenant, keys, call):
    with database.transaction(tenant.id) as tx:
        trusted = read_trusted(json.dumps(list_keys(tx, keys=keys, actor="cli")).encode())
        log = list(list_events(tx))
    proof = check_file(json.dumps(read(vault, tenant, call)).encode(), trusted=trusted, log=log)
    assert (proof.is_pinned, proof.is_in_log) == (True, True)


def test_every_receipt_that_is_opened_is_in_the_log_before(database, vault, tenant, call):
    read(vault, tenant, call)
    with database.transaction(tenant.id) as tx:
        found = [e.entry for e in list_events(tx) if e.entry.tag == "artifact:artifact:read"]
    assert [(e.actor, e.facts["reason"], e.facts["call"]) for e in found] == [("cli", "a complaint", call.id)] * 2


def test_a_call_that_nobody_was_asked_on_has_an_empty_export(database, vault, tenant, keys):
    with database.transaction(tenant.id) as tx:
        silent = get_call(tx, a_call(tx, keys))
    exported = read(vault, tenant, silent)
    assert (exported["receipts"], exported["wordings"], exported["jwks"]["keys"]) == ([], {}, [])


def test_a_read_needs_a_reason_and_a_call_of_the_tenant(database, vault, tenant, keys, call):
    with pytest.raises(InvalidInput):
        read(vault, tenant, call, reason=" ")
    other = make_tenant(database, keys, "other")
    with pytest.raises(NotFound):
        read(vault, other, call)
    with pytest.raises(NotFound), database.transaction(other.id) as tx:
        list(list_issued(tx, call_sid=call.call_sid))


def test_the_list_is_of_the_call_that_was_named(database, tenant, keys, call):
    with database.transaction(tenant.id) as tx:
        silent = get_call(tx, a_call(tx, keys))
        assert [r.purpose for r in list_issued(tx, call_sid=call.call_sid)] == ["record", "store"]
        assert len(list(list_issued(tx))) == 2
        assert list(list_issued(tx, call_sid=silent.call_sid)) == []


def test_the_keys_are_given_also_after_the_tenants_own_key_was_destroyed(database, tenant, keys, call):
    with database.transaction(tenant.id) as tx:
        before = list_keys(tx, keys=keys, actor="cli")
        keys.destroy_tenant_key(tenant.id)
        assert list_keys(tx, keys=keys, actor="cli") == before


def test_nobody_has_no_keys(database, tenant, keys):
    with pytest.raises(NotFound), database.transaction("nobody") as tx:
        list_keys(tx, keys=keys, actor="cli")
