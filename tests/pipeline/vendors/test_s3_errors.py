from __future__ import annotations

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
from pipeline.vendors.s3_errors import LOST_RACE, as_store_error


def answered(code: str, status: int) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "jane doe"},
            "ResponseMetadata": {
                "HTTPStatusCode": status, "RequestId": "", "HostId": "", "HTTPHeaders": {}, "RetryAttempts": 0
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


def test_a_code_that_is_an_answer_is_given_and_not_raised() -> None:
    with as_store_error("put", lenient=LOST_RACE) as refused:
        raise answered("PreconditionFailed", 412)
    assert refused.code == "PreconditionFailed"


def test_absence_can_mean_something_worse() -> None:
    with pytest.raises(StoreUnreachable), as_store_error("head", absent=StoreUnreachable("head")):
        raise answered("404", 404)
