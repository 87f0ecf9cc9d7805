from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.model.access import LONGEST, AccessGrant, AccessPurpose

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
GRANT = AccessGrant(
    id="acc_1", actor="user:ada", purpose=AccessPurpose.FRAUD, scope_kind="recording", scope_id="rec_1", starts_at=AT,
    ends_at=AT + LONGEST, granted_by="user:bob",
)  # fmt: skip


def test_a_grant_holds_from_its_start_to_its_end_or_its_revocation():
    second = timedelta(seconds=1)
    held = [GRANT.is_in_force(at) for at in (AT - second, AT, AT + LONGEST - second, AT + LONGEST)]
    assert held == [False, True, True, False]
    revoked = replace(GRANT, revoked_at=AT + second)
    assert [revoked.is_in_force(at) for at in (AT, AT + second)] == [True, False]
