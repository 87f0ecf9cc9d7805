from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.model.audit import AuditEntry, AuditTag
from pipeline.model.errors import InvalidInput
from pipeline.model.outgoing import EventKind, body_of, checked_host, happened, is_public_address

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def entry(tag: AuditTag, target: str = "rec_1", **facts) -> AuditEntry:
    return AuditEntry(tenant="acme", seq=7, tag=tag.value, actor="system", target=target, at=NOW, facts=facts)


def test_ids_and_enum_values_alone_are_told():
    told = happened(entry(AuditTag.RECORDING_PUBLISHED, entities=3, muted_ms=900))
    assert (told.kind, told.seq, told.ids) == (EventKind.RECORDING_PUBLISHED, 7, {"recording": "rec_1"})


def test_only_a_withdrawal_of_all_answers_is_told():
    noted = {"leg": "caller", "ordinal": 1, "purpose": "record", "method": "dtmf"}
    assert happened(entry(AuditTag.CONSENT_NOTED, "call_1", outcome="granted", **noted)) is None
    told = happened(entry(AuditTag.CONSENT_NOTED, "call_1", outcome="withdrawn", **noted))
    assert told.ids == {"call": "call_1", "leg": "caller", "ordinal": 1, "purpose": "record"}


def test_what_nobody_may_choose_is_not_told():
    assert happened(entry(AuditTag.TENANT_CHANGED)) is None


def test_a_body_is_the_same_bytes_each_time():
    bodies = {body_of("whd_1", EventKind.TEST, tenant="acme", at=NOW, ids={"b": 1, "a": 2}) for _ in range(2)}
    assert len(bodies) == 1
    assert json.loads(bodies.pop()) == {
        "id": "whd_1", "type": "test", "tenant": "acme", "at": NOW.isoformat(), "data": {"a": 2, "b": 1},
    }  # fmt: skip


def test_a_public_host_over_https_is_accepted():
    assert checked_host("https://hooks.example.com/earmark?x=1") == "hooks.example.com"
    assert checked_host("https://hooks.example.com:8443/") == "hooks.example.com"
    assert checked_host("https://93.184.216.34/") == "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://", "https://localhost/", "https://db.internal/", "https://printer.local/",
        "https://intranet/", "https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f000001/",
        "https://127.1/", "https://user:pass@hooks.example.com/", "https://hooks.example.com:22/", "https://a.example/#x",
        "https://[broken/", "https://hooks.example.com:x/", "https://h.example/" + "a" * 500, "https://exämple.com/",
    ],
)  # fmt: skip
def test_an_address_of_an_inner_network_or_in_the_clear_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidInput) as told:
        checked_host(url)
    assert len(url) < 9 or url not in str(told.value)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::",
     "64:ff9b::7f00:1", "64:ff9b::a00:1", "255.255.255.255", "nonsense"],
)  # fmt: skip
def test_no_address_of_an_inner_network_is_public(address):
    assert not is_public_address(address)


def test_addresses_of_the_open_internet_are_public():
    assert is_public_address("93.184.216.34")
    assert is_public_address("2606:2800:220:1:248:1893:25c8:1946")
