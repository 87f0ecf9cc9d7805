"""Who is called in the benchmark, and what Twilio would post to them."""

from __future__ import annotations

import secrets
import uuid
from pathlib import Path

from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.store.numbers import mark_armed
from pipeline.store.session import Database
from pipeline.store.tenants import add_tenant
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.system_clock import SystemClock
from tests.bench.load import signed_request
from tests.builders import put_on_file
from tests.roles import beside

BASE = "https://earmark.example.com"
TOKEN = "0123456789abcdef0123456789abcdef"
TENANTS = tuple(f"tenant-{number}" for number in range(4))
NUMBER = "+13035550100"
CALLER = "+12125550142"
OVERRIDDEN = "#rc=3"


def add_tenants(url: str, folder: Path) -> None:
    """Add tenants that record."""
    keys, database = FileKeys(folder / "keys"), Database(beside(url), clock=SystemClock())
    for name in TENANTS:
        tenant = Tenant(
            id=TenantId(name),
            display_name=name.title(),
            policy_id="nejix",
            account_sid=account(name),
            settings=TenantSettings(is_recording_on=True, is_transcription_on=True),
            secrets=TenantSecrets(auth_token=TOKEN, agent_url="wss://agent.example.com/stream"),
        )
        keys.create_tenant_key(tenant.id)
        with database.transaction(tenant.id) as tx:
            add_tenant(tx, tenant, keys=keys, actor="bench")
            put_on_file(tx)
            mark_armed(tx, NUMBER, keys=keys)
    database.close()


def account(tenant: str) -> str:
    """Name the tenant's account."""
    return "AC" + uuid.uuid5(uuid.NAMESPACE_DNS, tenant).hex


def recording_callbacks(count: int, *, root: str = "twilio", status: str = "completed") -> list[bytes]:
    """Make news of so many recordings, of all tenants in turn."""
    return [_recording(TENANTS[n % len(TENANTS)], root, "RE" + secrets.token_hex(16), status) for n in range(count)]


def burst(recordings: int) -> list[bytes]:
    """Make all the news of so many recordings, unordered, with each fifth message twice."""
    made = []
    for n in range(recordings):
        sid, tenant = "RE" + secrets.token_hex(16), TENANTS[n % len(TENANTS)]
        made += [_recording(tenant, "twilio", sid, status) for status in ("in-progress", "completed")]
    made += made[::5]
    secrets.SystemRandom().shuffle(made)
    return made


def ringings(count: int, *, root: str = "twilio") -> list[bytes]:
    """Make so many new calls, of all tenants in turn."""
    return [_ringing(TENANTS[n % len(TENANTS)], root, n) for n in range(count)]


def _recording(tenant: str, root: str, sid: str, status: str) -> bytes:
    form = {
        "AccountSid": account(tenant),
        "ApiVersion": "2010-04-01",
        "CallSid": "CA" + sid[2:],
        "ErrorCode": "0",
        "RecordingChannels": "2",
        "RecordingDuration": "31",
        "RecordingSid": sid,
        "RecordingSource": "StartCallRecordingTwiML",
        "RecordingStartTime": "Sat, 21 Nov 2026 09:00:05 +0000",
        "RecordingStatus": status,
        "RecordingTrack": "both",
        "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{account(tenant)}/Recordings/{sid}",
    }
    return signed_request(f"/{root}/{tenant}/recording", form, base=BASE, token=TOKEN)


def _ringing(tenant: str, root: str, number: int) -> bytes:
    form = {
        "AccountSid": account(tenant),
        "ApiVersion": "2010-04-01",
        "CallSid": "CA" + secrets.token_hex(16),
        "CallStatus": "ringing",
        "Called": NUMBER,
        "CalledCountry": "US",
        "CalledState": "CO",
        "Caller": f"+1212555{number % 10_000:04d}",
        "CallerCountry": "US",
        "CallerState": "NY",
        "Direction": "inbound",
        "From": f"+1212555{number % 10_000:04d}",
        "FromCity": "NEW YORK",
        "FromCountry": "US",
        "FromState": "NY",
        "FromZip": "10001",
        "To": NUMBER,
        "ToCity": "DENVER",
        "ToCountry": "US",
        "ToState": "CO",
        "ToZip": "80202",
    }
    return signed_request(f"/{root}/{tenant}/voice", form, base=BASE, token=TOKEN)
