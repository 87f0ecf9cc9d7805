from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from pipeline.vendors.aws_account import AwsSettings
from pipeline.vendors.aws_session import (
    NOT_SIGNED_IN,
    SessionRefused,
    asks_once,
    is_skewed,
    sign_in,
    why_not_signed_in,
)

ADA = AwsSettings(region="eu-west-1", access_key="ada", secret_key="hush")


def test_who_signs_in_without_a_key_is_not_who_signed_in_before(monkeypatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    first = sign_in(ADA)
    assert first.get_credentials().access_key == "ada"
    assert sign_in(replace(ADA, access_key=None, secret_key=None)).get_credentials() is None
    assert sign_in(replace(ADA, access_key="bob")).get_credentials().access_key == "bob"
    assert first.get_credentials().access_key == "ada"
    assert first.region_name == "eu-west-1"


def test_a_client_asks_once() -> None:
    given = asks_once(connect_s=3, read_s=7)
    assert (given.retries, given.connect_timeout, given.read_timeout) == ({"total_max_attempts": 1}, 3, 7)


def test_who_may_not_ask_is_told_why_in_few_words() -> None:
    assert why_not_signed_in(NoCredentialsError()) == "no credentials"
    refused = SessionRefused(reason="AccessDenied")
    assert isinstance(refused, NOT_SIGNED_IN)
    assert why_not_signed_in(refused) == "STS refused the role of a tenant: AccessDenied"


@pytest.mark.parametrize(
    ("code", "headers", "expected"),
    [
        ("RequestTimeTooSkewed", {}, True),
        ("SignatureDoesNotMatch", {"date": timedelta(hours=-1)}, True),
        ("SignatureDoesNotMatch", {"date": timedelta()}, False),
        ("SignatureDoesNotMatch", {"date": "yesterday"}, False),
        ("SignatureDoesNotMatch", {}, False),
    ],
)
def test_a_refusal_of_our_clock_is_told_from_one_of_us(
    code: str, headers: dict[str, str | timedelta], expected: bool
) -> None:
    told = {
        name: format_datetime(datetime.now(UTC) + value) if isinstance(value, timedelta) else value
        for name, value in headers.items()
    }
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPHeaders": told}}
    assert is_skewed(ClientError(answer, "AssumeRole")) is expected
