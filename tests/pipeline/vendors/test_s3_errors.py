from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    FlexibleChecksumError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, StoreDenied, StoreUnreachable
from pipeline.vendors.s3_connect import S3Settings, connect
from pipeline.vendors.s3_errors import LOST_RACE, as_store_error


def answered(code: str, status: int, date: str = "") -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "jane doe"},
            "ResponseMetadata": {
                "HTTPStatusCode": status, "RequestId": "", "HostId": "", "HTTPHeaders": {"date": date},
                "RetryAttempts": 0,
            },
        },
        "GetObject",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raised", "ours"),
    [
        (answered("NoSuchKey", 404), NotFound),
        (answered("NoSuchVersion", 404), NotFound),
        (answered("404", 404), NotFound),
        (answered("405", 405), NotFound),
        (answered("NoSuchBucket", 404), StoreUnreachable),
        (answered("AccessDenied", 403), StoreDenied),
        (answered("403", 403), StoreDenied),
        (answered("SignatureDoesNotMatch", 403), StoreDenied),
        (answered("ExpiredToken", 400), StoreDenied),
        (answered("PermanentRedirect", 301), StoreDenied),
        (answered("SlowDown", 503), StoreUnreachable),
        (answered("InternalError", 500), StoreUnreachable),
        (answered("RequestTimeout", 408), StoreUnreachable),
        (answered("", 429), StoreUnreachable),
        (answered("BadDigest", 400), IntegrityError),
        (EndpointConnectionError(endpoint_url="http://s3"), StoreUnreachable),
        (ReadTimeoutError(endpoint_url="http://s3"), StoreUnreachable),
        (NoCredentialsError(), StoreDenied),
        (FlexibleChecksumError(error_msg="other bytes"), IntegrityError),
        (ParamValidationError(report="Key"), InvalidInput),
    ],
)
def test_absent_denied_unreachable_and_altered_stay_apart(raised: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours) as caught, as_store_error("get"):
        raise raised
    assert type(caught.value) is ours
    assert "jane" not in str(caught.value)


def test_a_refusal_of_our_clock_is_no_refusal_of_us() -> None:
    now = datetime.now(UTC)
    right, wrong = (format_datetime(now - ago, usegmt=True) for ago in (timedelta(minutes=9), timedelta(hours=1)))
    for code, date, ours in (
        ("RequestTimeTooSkewed", right, StoreUnreachable),
        ("403", wrong, StoreUnreachable),
        ("403", right, StoreDenied),
        ("403", "nonsense", StoreDenied),
        ("403", "Sat, 28 Nov 2026 18:00:00 -0000", StoreDenied),  # of no known zone
    ):
        with pytest.raises(ours), as_store_error("head"):
            raise answered(code, 403, date)


def test_a_clock_an_hour_off_is_told_by_a_real_server_so(
    seaweedfs: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(StoreUnreachable, match="RequestTimeTooSkewed"), as_store_error("put"):
        connect(seaweedfs).put_object(Bucket=seaweedfs.bucket, Key="late", Body=b"x")


def test_a_code_that_is_an_answer_is_given_and_not_raised() -> None:
    with as_store_error("put", lenient=LOST_RACE) as refused:
        raise answered("PreconditionFailed", 412)
    assert refused.code == "PreconditionFailed"


def test_absence_can_mean_something_worse() -> None:
    with pytest.raises(StoreUnreachable), as_store_error("head", absent=StoreUnreachable("head")):
        raise answered("404", 404)
