from __future__ import annotations

import pytest

from pipeline.decisions.close_tenant import close_tenant
from pipeline.model.errors import NotFound
from pipeline.policies.loader import load_bundle
from pipeline.store.endings import list_endings_of
from pipeline.store.system_session import find_tenant_by_api_key
from pipeline.store.tenants import get_tenant

BUNDLE = load_bundle("connekz")


def test_numbers_calls_and_the_api_stop_with_the_commit(line, clock):
    with line.tx() as tx:
        plan = close_tenant(tx, line.context.vault, actor="user:1", reason="they left", bundle=BUNDLE)
    days = [(d - clock.now().date()).days for d in (plan.vendor_by, plan.purge_on, plan.key_by, plan.proof_by)]
    assert days == [50, 80, 83, 90]
    with line.tx() as tx:
        owner = get_tenant(tx, keys=line.context.vault.keys)
        [ending] = list_endings_of(tx)
    assert (owner.is_active, owner.armed, ending.cause) == (False, frozenset(), "closure")
    assert find_tenant_by_api_key(line.context.vault.database, "x") is None
    assert [e["why"] for e in line.events("tenant:number:disarmed")] == ["account closed"] * 2
    assert line.events("tenant:account:closed")[0]["numbers"] == 2
    assert "they left" not in str(line.events("tenant:account:closed"))


def test_a_recording_that_was_not_settled_yet_is_refused(line):
    recording = line.record()
    with line.tx() as tx:
        close_tenant(tx, line.context.vault, actor="user:1", reason="they left", bundle=BUNDLE)
    from pipeline.steps.settle_consent import settle_consent

    assert line.run(settle_consent, recording)["reason"] == "account_closed"


def test_nobody_of_that_name_is_not_closed(line):
    from pipeline.model.ids import TenantId

    with line.context.vault.database.transaction(TenantId("nobody")) as tx, pytest.raises(NotFound):
        close_tenant(tx, line.context.vault, actor="u", reason="r", bundle=BUNDLE)
