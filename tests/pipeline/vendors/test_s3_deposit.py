from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from pipeline.model.errors import StoreUnreachable
from pipeline.vendors.s3_connect import S3Settings, connect
from pipeline.vendors.s3_deposit import S3Deposit
from tests.pipeline.vendors.contracts.deposit import FILES, DepositContract
from tests.seaweedfs import free_ports

SETTINGS = S3Settings(bucket="calls", region="us-east-1", access_key="key", secret_key="a-secret")


class TestS3Deposit(DepositContract):
    @pytest.fixture(autouse=True)
    def bucket(self) -> Iterator[None]:
        with mock_aws():
            client = connect(SETTINGS)
            client.create_bucket(Bucket="calls")
            client.put_object(Bucket="calls", Key="in/folder/", Body=b"")
            client.put_object(Bucket="calls", Key="other.wav", Body=b"other")
            for name, body in FILES.items():
                client.put_object(Bucket="calls", Key=f"in/{name}", Body=body)
            yield

    @pytest.fixture
    def filled(self) -> S3Deposit:
        return S3Deposit(SETTINGS, prefix="in/")

    @pytest.fixture
    def nowhere(self):
        return lambda: S3Deposit(replace(SETTINGS, bucket="nowhere"))

    @pytest.fixture
    def absent(self) -> str:
        return "in/gone.wav"

    @pytest.fixture
    def outside(self) -> str:
        return "other.wav"


def test_a_server_that_is_away_is_unreachable_and_not_empty():
    away = S3Deposit(replace(SETTINGS, endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}"))
    with pytest.raises(StoreUnreachable):
        list(away.list_files())
