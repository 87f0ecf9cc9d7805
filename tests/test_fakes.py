from __future__ import annotations

import uuid

import pytest

from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.telephony import VendorNumber
from tests.fakes import NotedRecordings, NotedTelephony
from tests.pipeline.vendors.contracts.recordings import RecordersContract
from tests.pipeline.vendors.contracts.telephony import TelephonyContract

ACME = VendorAccount(tenant=TenantId("acme"), account_sid="AC" + "a" * 32, auth_token="the-token")


class NotedWorld:
    """The vendor in memory, arranged directly."""

    def __init__(self, telephony: NotedTelephony) -> None:
        self.account, self._telephony = ACME, telephony

    def a_number(self, number: str, *, is_deaf: bool = False) -> str:
        sid = "PN" + uuid.uuid4().hex
        self._telephony.numbers[sid] = VendorNumber(number_sid=sid, number=number, urls=None)
        self._telephony.is_deaf = is_deaf
        return sid

    def a_call(self) -> str:
        return "CA" + uuid.uuid4().hex

    def hang_up(self, call_sid: str) -> None:
        self._telephony.over.add(call_sid)

    def a_room(self, *call_sids: str) -> str:
        sid = "CF" + uuid.uuid4().hex
        self._telephony.rooms[sid] = list(call_sids)
        return sid

    def a_recording(self, *, is_public: bool) -> str:
        sid = "RE" + uuid.uuid4().hex
        if is_public:
            self._telephony.public_media.add(sid)
        return sid

    def record_by_default(self, is_on: bool) -> None:
        self._telephony.records_by_default = is_on

    def go_down(self) -> None:
        self._telephony.is_down = True


class TestNotedTelephony(TelephonyContract):
    @pytest.fixture
    def telephony(self) -> NotedTelephony:
        return NotedTelephony()

    @pytest.fixture
    def world(self, telephony: NotedTelephony) -> NotedWorld:
        return NotedWorld(telephony)


class TestNotedRecordings(RecordersContract):
    @pytest.fixture
    def vendor(self) -> NotedRecordings:
        return NotedRecordings()

    @pytest.fixture
    def account(self) -> VendorAccount:
        return ACME

    @pytest.fixture
    def call_sid(self) -> str:
        return "CA" + uuid.uuid4().hex
