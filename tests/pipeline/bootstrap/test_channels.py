from __future__ import annotations

import pytest

from pipeline.bootstrap.channels import code_channels, notice_channels
from pipeline.model.errors import VendorRefused
from pipeline.model.subject import IdentifierKind
from pipeline.settings import read_settings
from pipeline.vendors.system_clock import SystemClock


def test_tenants_are_told_by_webhook_and_by_mail_only_where_there_is_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    assert set(notice_channels(read_settings(), clock)) == {"webhook"}
    assert [channel.kind for channel in code_channels(read_settings())] == [IdentifierKind.NUMBER]
    monkeypatch.setenv("EARMARK_SMTP__HOST", "mail.example")
    assert set(notice_channels(read_settings(), clock)) == {"webhook", "email"}
    assert [channel.kind for channel in code_channels(read_settings())] == [IdentifierKind.NUMBER, IdentifierKind.EMAIL]
    monkeypatch.setenv("EARMARK_SMTP__SECURITY", "none")
    with pytest.raises(VendorRefused, match="in the clear only on this machine"):
        notice_channels(read_settings(), clock)
    with pytest.raises(VendorRefused, match="in the clear only on this machine"):
        code_channels(read_settings())
