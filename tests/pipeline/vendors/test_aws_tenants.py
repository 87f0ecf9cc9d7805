from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Barrier, Thread

import pytest

from pipeline.model.errors import (
    InvalidInput,
    PipelineError,
    StoreDenied,
    StoreUnreachable,
    VendorRefused,
    VendorUnavailable,
)
from pipeline.model.ids import TenantId
from pipeline.vendors.aws_account import AwsSettings
from pipeline.vendors.aws_session import asks_once
from pipeline.vendors.aws_tenants import MOST_TENANTS, PerTenant, TenantRole, TenantSessions
from pipeline.vendors.kms_connect import as_vendor_error
from pipeline.vendors.s3_errors import as_store_error
from tests.moto_sts import ROLE, MotoSts
from tests.seaweedfs import free_ports

ACME, BOLT = TenantId("acme"), TenantId("bolt")
LOGIN = AwsSettings(region="eu-west-1", access_key="AKIAWORKER", secret_key="hush")


def sessions(sts: MotoSts, **changed: str | None) -> TenantSessions:
    role = TenantRole(arn=ROLE, sts_endpoint_url=sts.endpoint)
    return TenantSessions(replace(LOGIN, **changed), role, allows=lambda tenant: [{"Effect": "Allow", "Sid": tenant}])


def who_asks(opened: TenantSessions, tenant: TenantId) -> Callable[[], str]:
    """Give what says whose access key the next request of one client would be signed by."""
    given = opened.open(tenant).get_credentials()
    assert given is not None
    return lambda: given.get_frozen_credentials().access_key


def test_each_tenants_requests_are_made_by_a_session_that_is_tagged_with_it_and_narrowed_to_it(
    moto_sts: MotoSts,
) -> None:
    opened = sessions(moto_sts)
    keys = {tenant: who_asks(opened, tenant)() for tenant in (ACME, BOLT)}

    assert len({*keys.values(), "AKIAWORKER"}) == 3
    for taken, tenant in zip(moto_sts.taken, keys, strict=True):
        assert (taken.asker, taken.access_key) == ("AKIAWORKER", keys[tenant])
        assert taken.tags == {"earmark-tenant": tenant}
        assert taken.policy["Statement"] == [{"Effect": "Allow", "Sid": tenant}]
        assert taken.asked["RoleArn"] == ROLE
        assert taken.asked["RoleSessionName"] == tenant
        assert not any(name.startswith("TransitiveTagKeys") for name in taken.asked)


def test_nothing_is_asked_before_the_first_call_and_once_for_all_that_follow(moto_sts: MotoSts) -> None:
    asks = who_asks(sessions(moto_sts), ACME)
    assert moto_sts.asked == 0

    assert len({asks() for _ in range(5)}) == 1
    assert moto_sts.asked == 1


def test_a_session_is_taken_anew_before_it_ends(moto_sts: MotoSts) -> None:
    asks = who_asks(sessions(moto_sts), ACME)
    moto_sts.lasts_s = 60  # botocore takes a new one when ten minutes are left
    first = asks()
    moto_sts.lasts_s = None
    second = asks()

    assert first != second
    assert asks() == second
    assert [taken.tags for taken in moto_sts.taken] == [{"earmark-tenant": "acme"}] * 2


def test_threads_that_come_together_take_one_session(moto_sts: MotoSts) -> None:
    opened, together = sessions(moto_sts), Barrier(8)
    clients = PerTenant(lambda tenant: who_asks(opened, tenant))

    def ask(number: int) -> tuple[str, str]:
        tenant = (ACME, BOLT)[number % 2]
        together.wait(10)
        return tenant, clients.of(tenant)()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))

    assert {tenant: moto_sts.whose(key) for tenant, key in found} == {"acme": "acme", "bolt": "bolt"}
    assert (len(found), moto_sts.asked) == (2, 2)


def test_of_too_many_tenants_the_least_lately_used_is_given_up_and_made_again() -> None:
    made: list[str] = []
    kept = PerTenant(lambda tenant: made.append(tenant) or object(), most=2)
    first = kept.of(ACME)
    kept.of(BOLT)
    assert kept.of(ACME) is first

    kept.of(TenantId("corp"))
    kept.of(BOLT)
    assert made == ["acme", "bolt", "corp", "bolt"]
    assert MOST_TENANTS == 128


def garbage(sts: MotoSts, body: bytes, status: int = 200) -> None:
    sts.says = status, body


def credentials(ends: datetime, secret: str = "s") -> bytes:
    """Write what STS gives."""
    parts = {"AccessKeyId": "ASIA1", "SecretAccessKey": secret, "SessionToken": "t", "Expiration": ends.isoformat()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items())
    return f"<R><AssumeRoleResult><Credentials>{inner}</Credentials></AssumeRoleResult></R>".encode()


IN_AN_HOUR = datetime.now(UTC) + timedelta(hours=1)
FAILURES: dict[str, tuple[Callable[[MotoSts], None], bool]] = {
    "denied": (lambda sts: sts.refuse(403, "AccessDenied"), False),
    "unknown key": (lambda sts: sts.refuse(403, "InvalidClientTokenId"), False),
    "policy too large": (lambda sts: sts.refuse(400, "PackedPolicyTooLarge"), False),
    "not there": (lambda sts: sts.refuse(404, "NoSuchKey"), False),
    "as if the object were there": (lambda sts: sts.refuse(412, "PreconditionFailed"), False),
    "slowed down": (lambda sts: sts.refuse(400, "Throttling"), True),
    "too many": (lambda sts: sts.refuse(429, "TooManyRequests"), True),
    "broken": (lambda sts: sts.refuse(500, "InternalFailure"), True),
    "away": (lambda sts: sts.refuse(503, "NotFoundException"), True),
    "no answer of its own": (lambda sts: garbage(sts, b"<html>a proxy"), True),
    "a refusal of a proxy": (lambda sts: garbage(sts, b"<html>a proxy", 404), True),
    "nothing": (lambda sts: garbage(sts, b""), True),
    "another answer": (lambda sts: garbage(sts, b"<R><AssumeRoleResult/></R>"), True),
    "no date": (lambda sts: garbage(sts, credentials(IN_AN_HOUR).replace(b"20", b"xx")), True),
    "no secret": (lambda sts: garbage(sts, credentials(IN_AN_HOUR, "")), True),
    "ended already": (lambda sts: garbage(sts, credentials(datetime.now(UTC) - timedelta(hours=1))), True),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_where_sts_gives_no_session_nothing_is_sent_and_nothing_is_taken_for_absent(
    moto_sts: MotoSts, failure: str
) -> None:
    fail, is_retryable = FAILURES[failure]
    fail(moto_sts)
    with a_service() as (place, sent):
        assert isinstance(ask_s3(moto_sts, place), StoreUnreachable if is_retryable else StoreDenied)
        assert isinstance(ask_kms(moto_sts, place), VendorUnavailable if is_retryable else VendorRefused)
        assert sent == []


def test_where_sts_is_not_reached_the_step_is_tried_again(moto_sts: MotoSts) -> None:
    nowhere = MotoSts(endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")
    with a_service() as (place, sent):
        assert ask_s3(nowhere, place).retryable
        assert ask_kms(nowhere, place).retryable
        assert sent == []


def test_what_failed_is_asked_again_at_the_next_call(moto_sts: MotoSts) -> None:
    asks = who_asks(sessions(moto_sts), ACME)
    moto_sts.refuse(503, "ServiceUnavailable")
    with pytest.raises(StoreUnreachable), as_store_error("get"):
        asks()
    assert moto_sts.asked == 1  # attempts belong to the workflow

    moto_sts.says = None
    assert moto_sts.whose(asks()) == "acme"


def test_while_a_session_lasts_sts_may_be_away(moto_sts: MotoSts, caplog: pytest.LogCaptureFixture) -> None:
    asks = who_asks(sessions(moto_sts), ACME)
    moto_sts.lasts_s = 12 * 60 + 60  # less than a quarter of an hour: a new one is asked for, and not needed yet
    first = asks()
    moto_sts.refuse(503, "ServiceUnavailable")

    with caplog.at_level(logging.WARNING):
        assert asks() == first
    assert moto_sts.asked == 2


def test_a_clock_that_is_wrong_is_no_denial(moto_sts: MotoSts) -> None:
    moto_sts.refuse(403, "SignatureDoesNotMatch")
    with a_service() as (place, _):
        assert isinstance(ask_s3(moto_sts, place), StoreDenied)
        moto_sts.refuse(403, "RequestTimeTooSkewed")
        assert isinstance(ask_s3(moto_sts, place), StoreUnreachable)


def test_who_is_not_signed_in_takes_no_role(moto_sts: MotoSts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    asks = who_asks(sessions(moto_sts, access_key=None, secret_key=None), ACME)
    with pytest.raises(StoreDenied, match="no credentials"), as_store_error("get"):
        asks()
    assert moto_sts.asked == 0


@pytest.mark.parametrize("name", ["", "a", "Acme", "acme/..", "*", "acme*", "${aws:username}", "a" * 64])
def test_no_session_is_opened_for_what_is_no_tenant(moto_sts: MotoSts, name: str) -> None:
    with pytest.raises(InvalidInput):
        sessions(moto_sts).open(TenantId(name))


def test_the_regions_own_sts_is_asked_where_none_is_named() -> None:
    plain = TenantSessions(LOGIN, TenantRole(arn=ROLE), allows=lambda _: [])
    assert vars(plain)["_sts"].meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"


def test_nothing_of_a_session_is_logged_or_shown(moto_sts: MotoSts, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        opened = sessions(moto_sts)
        session = opened.open(ACME)
        given = session.get_credentials()
        assert given is not None
        parts = given.get_frozen_credentials()
        moto_sts.refuse(403, "AccessDenied")
        with a_service() as (place, _):
            told = ask_s3(moto_sts, place)
    shown = " ".join([caplog.text, repr(opened), repr(session), repr(given), repr(told)])
    for secret in (parts.access_key, parts.secret_key, str(parts.token), "hush"):
        assert secret not in shown
    assert str(told) == "artifact store: get: STS refused the role of a tenant: AccessDenied"


def ask_s3(sts: MotoSts, place: str) -> PipelineError:
    s3 = sessions(sts).open(ACME).client("s3", endpoint_url=place, config=asks_once(connect_s=5, read_s=5))
    with pytest.raises(PipelineError) as caught, as_store_error("get", lenient=("412", "PreconditionFailed")):
        s3.get_object(Bucket="vault", Key="tenants/acme/x")
    return caught.value


def ask_kms(sts: MotoSts, place: str) -> PipelineError:
    kms = sessions(sts).open(ACME).client("kms", endpoint_url=place, config=asks_once(connect_s=5, read_s=5))
    with pytest.raises(PipelineError) as caught, as_vendor_error("DescribeKey", ACME):
        kms.describe_key(KeyId="alias/earmark/acme")
    return caught.value


@contextmanager
def a_service() -> Iterator[tuple[str, list[str]]]:
    """Serve what notes that it was asked anything, which it should not be."""
    sent: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent.append(self.path)
            self.send_error(500)

        do_POST = do_GET  # the name that http.server looks for

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", sent
        finally:
            server.shutdown()
