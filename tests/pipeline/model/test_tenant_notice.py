from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.model.tenant_notice import NoticeKind, TenantNotice

AT = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_notice_is_open_until_it_was_sent():
    notice = TenantNotice(
        id="ntc_1", kind=NoticeKind.CHILD, subject_kind="recording", subject_id="rec_1", cause="agent_flag",
        noted_at=AT, sent_at=None,
    )  # fmt: skip
    assert (notice.state, replace(notice, sent_at=AT).state) == ("open", "sent")
