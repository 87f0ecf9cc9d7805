from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from pipeline.model.call import Call, LegRole
from pipeline.model.ids import CallId, TenantId


def test_a_call_is_not_through_a_developer_instance_unless_it_says_so_and_is_never_changed():
    call = Call(
        id=CallId("call_1"),
        tenant=TenantId("acme"),
        call_sid="CA" + "0" * 32,
        direction="inbound",
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
        mode="explicit_gate",
        tokens=("N",),
        locale="en-US",
        policy_digest="0" * 64,
        matrix_version="1",
    )
    assert call.instance is None
    with pytest.raises(FrozenInstanceError):
        call.mode = "none"  # type: ignore[misc]  # that is what is tried


def test_a_leg_is_a_callers_a_callees_or_the_tenants_software():
    assert [role.value for role in LegRole] == ["caller", "callee", "agent"]
