from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pipeline.decisions.attest import Declarant, attest
from pipeline.decisions.numbers import number_urls
from pipeline.model.errors import VendorRefused
from pipeline.model.tenant import Tenant
from pipeline.ports.recordings import RecordingsVendor, VendorRecording
from pipeline.ports.telephony import NumberUrls, Telephony, VendorNumber
from pipeline.reads.health_report import Verdict
from pipeline.reads.tenant_telephony import VendorSide, check_accounts
from pipeline.store.numbers import add_number, list_numbers, mark_disarmed
from pipeline.store.tenants import account_of, change_tenant
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.vendors.twilio_calls import TwilioTelephony
from pipeline.vendors.twilio_line import TwilioLine
from samples.twilio_standin import Account, Standin
from tests.conftest import OWN_NUMBERS, make_tenant
from tests.fakes import NotedRecordings, NotedTelephony
from tests.pipeline.vendors.test_twilio import a_call, a_recording

BASE = "https://earmark.example.com"
OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


class Recordings(NotedRecordings):
    """A vendor that lists what it is given."""

    listed: tuple[VendorRecording, ...] = ()

    def list_recordings(self, *given: Any, **asked: Any) -> tuple[VendorRecording, ...]:
        super().list_recordings(*given, **asked)
        return self.listed


def a_listed(sid: str, *, status: str = "completed", is_deleted: bool = False) -> VendorRecording:
    return VendorRecording(
        recording_sid=sid,
        call_sid="CA" + "c" * 32,
        status=status,
        source="DialVerb",
        channels=2,
        started_at=None,
        duration_s=1,
        is_deleted=is_deleted,
    )


class Office:
    """A tenant whose account is well, and what goes wrong with it."""

    def __init__(self, vault, tenant: Tenant, now: datetime) -> None:
        self.vault, self.tenant, self.now = vault, tenant, now
        self.recordings, self.telephony = Recordings(), NotedTelephony()
        self.real: tuple[RecordingsVendor, Telephony] | None = None
        self.recordings.listed = (a_listed("RE" + "e" * 32),)
        self.urls = number_urls(BASE, tenant.id)
        for at, number in enumerate(OWN_NUMBERS):
            self.point(f"PN{at:032x}", number, self.urls)

    def point(self, sid: str, number: str, urls: NumberUrls | None, *, is_elsewhere: bool = False) -> None:
        self.telephony.numbers[sid] = VendorNumber(
            number_sid=sid, number=number, urls=urls, is_voice_handled_elsewhere=is_elsewhere
        )

    def attest(self) -> None:
        with self.vault.database.transaction(self.tenant.id) as tx:
            attest(tx, self.tenant, Declarant(name="Jane", role="Head"), keys=self.vault.keys, actor="test")

    def set(self, **chosen: Any) -> None:
        self.tenant = replace(self.tenant, settings=replace(self.tenant.settings, **chosen))
        self._keep()

    def give(self, **kept: Any) -> None:
        self.tenant = replace(self.tenant, secrets=replace(self.tenant.secrets, **kept))
        self._keep()

    def look(self, *others: Tenant) -> dict[str, list[tuple[Verdict, str]]]:
        recordings, telephony = self.real or (self.recordings, self.telephony)
        side = VendorSide(
            recordings=recordings,
            telephony=telephony,
            urls=lambda tenant: number_urls(BASE, tenant),
            now=self.now,
        )
        found: dict[str, list[tuple[Verdict, str]]] = {}
        for finding in check_accounts(self.vault, [*(t.id for t in others), self.tenant.id], side):
            found.setdefault(finding.check, []).append((finding.verdict, finding.says))
        return found

    def verdicts(self, check: str) -> list[Verdict]:
        return [verdict for verdict, _ in self.look()[check]]

    def _keep(self) -> None:
        with self.vault.database.transaction(self.tenant.id) as tx:
            change_tenant(tx, self.tenant, keys=self.vault.keys, actor="test", changed=[])


@pytest.fixture
def office(vault, tenant, clock) -> Office:
    made = Office(vault, tenant, clock.now())
    made.attest()
    made.set(pci_mode="off")
    return made


def test_an_account_that_is_well_has_one_line_a_check(office: Office) -> None:
    found = office.look()
    assert set(found) == {
        "media access", "default recording", "PCI mode", "numbers", "webhook signatures", "attestation",
    }  # fmt: skip
    assert {verdict for told in found.values() for verdict, _ in told} == {OK}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], [WARN]),
        ([a_listed("RE" + "1" * 32, status="in-progress")], [WARN]),
        ([a_listed("RE" + "1" * 32, is_deleted=True)], [WARN]),
        ([a_listed("RE" + "0" * 32)], [WARN]),
        ([a_listed("RE" + "0" * 32), a_listed("RE" + "1" * 32)], [OK]),
        ([a_listed("RE" + "2" * 32)], [FAIL]),
    ],
)
@pytest.mark.acceptance(16)
def test_protection_is_shown_on_a_recording_that_is_there_or_not_at_all(
    office: Office, listed: list[VendorRecording], expected: list[Verdict]
) -> None:
    office.telephony.missing_media.add("RE" + "0" * 32)
    office.telephony.public_media.add("RE" + "2" * 32)
    office.recordings.listed = tuple(listed)
    assert office.verdicts("media access") == expected


@pytest.mark.acceptance(16)
def test_an_account_that_records_by_itself_fails(office: Office) -> None:
    office.telephony.records_by_default = True
    assert office.verdicts("default recording") == [FAIL]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"pci_mode": "unknown"}, [WARN]),
        ({"pci_mode": "off"}, [OK]),
        ({"pci_mode": "on", "is_transcription_on": False}, [OK]),
        ({"pci_mode": "on"}, [FAIL]),
        ({"pci_mode": "on", "is_transcription_on": False, "retention_days": {"recording.original": 366}}, [FAIL]),
        ({"pci_mode": "on", "is_transcription_on": False, "retention_days": {"transcript.original": 999}}, [OK]),
    ],
)
def test_pci_mode_is_known_and_nothing_goes_against_it(
    office: Office, chosen: dict[str, Any], expected: list[Verdict]
) -> None:
    office.set(**chosen)
    assert office.verdicts("PCI mode") == expected


def test_in_pci_mode_recordings_without_an_end_fail(vault, database, keys, clock) -> None:
    made = make_tenant(database, keys, "other", policy_id="connekz", pci_mode="on", is_transcription_on=False)
    assert Office(vault, made, clock.now()).verdicts("PCI mode") == [FAIL, FAIL]


def test_a_tenant_whose_policy_is_gone_hides_no_other(office: Office, database, keys) -> None:
    gone = make_tenant(database, keys, "other", policy_id="retired")
    found = office.look(gone)
    assert [(verdict, says.partition(":")[0]) for verdict, says in found["telephony accounts"]] == [(FAIL, "other")]
    assert office.verdicts("PCI mode") == [verdict for verdict, _ in found["PCI mode"]] == [OK]


@pytest.mark.parametrize(
    ("urls", "is_elsewhere"),
    [(None, False), (NumberUrls(voice="https://x", fallback="https://x", status="https://x"), False), ("ours", True)],
)
def test_an_armed_number_that_does_not_read_back_as_ours_fails_and_is_masked(
    office: Office, urls: Any, is_elsewhere: bool
) -> None:
    office.point("PN" + "0" * 32, OWN_NUMBERS[0], office.urls if urls == "ours" else urls, is_elsewhere=is_elsewhere)
    ((verdict, says),) = office.look()["numbers"]
    assert verdict is FAIL
    assert OWN_NUMBERS[0][-4:] in says
    assert OWN_NUMBERS[0] not in says


def test_an_armed_number_that_left_the_account_fails_and_one_that_somebody_else_points_does_not(
    office: Office,
) -> None:
    del office.telephony.numbers["PN" + "0" * 32]
    assert office.verdicts("numbers") == [OK]
    with office.vault.database.transaction(office.tenant.id) as tx:
        add_number(tx, OWN_NUMBERS[0], number_sid="PN" + "0" * 32, keys=office.vault.keys)
    assert office.verdicts("numbers") == [FAIL]


def test_a_number_that_points_at_us_unarmed_is_told(office: Office) -> None:
    office.point("PN" + "9" * 32, "+16465550177", office.urls)
    assert office.verdicts("numbers") == [WARN]


def test_who_records_and_has_no_armed_number_is_told_and_needs_no_attestation(office: Office) -> None:
    with office.vault.database.transaction(office.tenant.id) as tx:
        for number in list_numbers(tx, keys=office.vault.keys):
            mark_disarmed(tx, number.id)
    assert office.verdicts("numbers") == [WARN]
    assert office.verdicts("attestation") == [OK]
    office.set(is_recording_on=False)
    assert office.verdicts("numbers") == [OK]


def test_what_signs_webhooks_has_its_secret_here(office: Office) -> None:
    office.set(webhook_key="WK1")
    assert office.verdicts("webhook signatures") == [FAIL]
    office.give(webhook_keys={"WK1": ""})
    assert office.verdicts("webhook signatures") == [FAIL]
    office.give(webhook_keys={"WK1": "secret"})
    assert office.verdicts("webhook signatures") == [OK]
    office.set(webhook_key=None)
    office.give(auth_token="", retiring_auth_token="old")
    assert office.verdicts("webhook signatures") == [FAIL, WARN]


@pytest.mark.parametrize(("days", "expected"), [(0, OK), (334, OK), (336, WARN), (365, WARN), (366, FAIL)])
def test_an_attestation_is_good_for_a_year_and_its_end_is_told_a_month_before(
    office: Office, clock, days: int, expected: Verdict
) -> None:
    clock.move(days=days)
    office.now = clock.now()
    assert office.verdicts("attestation") == [expected]


def test_armed_numbers_that_nobody_attested_for_fail(vault, tenant, clock) -> None:
    assert Office(vault, tenant, clock.now()).verdicts("attestation") == [FAIL]


def test_what_cannot_be_asked_is_a_warning_and_what_is_refused_a_failure(office: Office) -> None:
    office.recordings.is_down = office.telephony.is_down = True
    found = office.look()
    asking = ("media access", "default recording", "numbers")
    assert {check: found[check][0][0] for check in asking} == dict.fromkeys(asking, WARN)

    class Refusing(NotedTelephony):
        def _answer(self, operation: str) -> None:
            raise VendorRefused("twilio", operation, status=403)

    office.telephony, office.recordings = Refusing(), Recordings()
    office.recordings.listed = (a_listed("RE" + "1" * 32),)
    found = office.look()
    assert {check: found[check][0][0] for check in asking} == dict.fromkeys(asking, FAIL)


def test_a_tenant_without_an_account_is_not_looked_at(office: Office) -> None:
    office.tenant = replace(office.tenant, account_sid=None)
    office.set()
    assert office.look() == {}


# consent.md D.5 item 16, at the stand-in.


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as standin:
        yield standin


@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("default", [None, {"trim": "do-not-trim", "transcription": {"engine": "google"}}])
def test_an_account_is_safe_only_where_strangers_hear_nothing_and_nothing_is_recorded_by_itself(
    office: Office, standin: Standin, is_public: bool, default: dict[str, Any] | None
) -> None:
    sid = office.tenant.account_sid
    assert sid is not None
    standin.add_account(
        Account(
            sid=sid,
            auth_token=office.tenant.secrets.auth_token,
            is_media_public=is_public,
            default_recording=default,
        )
    )
    line = TwilioLine(api_base=standin.url)
    office.real = (TwilioRecordings(line=line), TwilioTelephony(line=line))
    assert office.verdicts("media access") == [WARN]
    a_recording(a_call(standin, account_of(office.tenant)))
    assert office.verdicts("media access") == [FAIL if is_public else OK]
    assert office.verdicts("default recording") == [OK if default is None else FAIL]
