from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.model.transfer import TransferNotice

NOTICE = TransferNotice(
    id="trn_1", controller_ref="a" * 64, controller="canary Ltd", notified_on=date(2026, 11, 1),
    transfer_on=date(2026, 12, 1), notice_sha256="b" * 64, noted_at=datetime(2026, 11, 2, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("on", "is_allowed"),
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2027, 1, 1), True), (date(2026, 11, 1), False)],
)
def test_data_goes_on_the_day_that_was_told_or_later(on, is_allowed):
    assert NOTICE.allows(on) is is_allowed


def test_the_name_is_not_shown():
    assert "canary" not in repr(NOTICE)
