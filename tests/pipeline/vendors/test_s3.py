from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import StoreDenied, StoreUnreachable
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.pipeline.vendors.conftest import free_ports
from tests.pipeline.vendors.contracts.artifacts import BODY, ArtifactsContract, put

KEY = "tenants/acme/2026/11/21/rec_1/summary/aa"


class TestS3Artifacts(ArtifactsContract):
    @pytest.fixture
    def store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(seaweedfs)

    @pytest.fixture
    def denied_store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(replace(seaweedfs, secret_key="another-secret"))

    @pytest.fixture
    def unreachable_store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(replace(seaweedfs, endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}"))


def test_an_unknown_user_is_denied(seaweedfs: S3Settings) -> None:
    with pytest.raises(StoreDenied):
        S3Artifacts(replace(seaweedfs, access_key="stranger")).get(KEY)


def test_a_bucket_that_is_not_there_is_not_an_absent_object(seaweedfs: S3Settings) -> None:
    store = S3Artifacts(replace(seaweedfs, bucket="elsewhere"))

    for ask in (store.get, store.head, store.read_tags, store.read_lock, store.purge):
        with pytest.raises(StoreUnreachable):
            ask(KEY)


def test_making_the_bucket_again_changes_nothing(seaweedfs: S3Settings) -> None:
    put(S3Artifacts(seaweedfs), f"{KEY}-again")
    S3Artifacts(seaweedfs).create_bucket()

    assert S3Artifacts(seaweedfs).get(f"{KEY}-again") == BODY


def test_two_prefixes_of_one_bucket_do_not_see_each_other(seaweedfs: S3Settings) -> None:
    one, two = (S3Artifacts(replace(seaweedfs, prefix=prefix)) for prefix in ("one/", "two/"))
    put(one, KEY)
    put(two, KEY, b"other bytes")

    assert one.get(KEY) == BODY
    assert [v.key for v in one.list_versions("")] == [KEY]
    assert one.purge(KEY).is_complete
    assert two.get(KEY) == b"other bytes"


def test_a_secret_shows_in_no_repr(seaweedfs: S3Settings) -> None:
    assert "owner-secret" not in repr(seaweedfs)


def test_an_error_says_nothing_of_what_was_sent(seaweedfs: S3Settings) -> None:
    with pytest.raises(StoreDenied) as caught:
        put(S3Artifacts(replace(seaweedfs, secret_key="another-secret")), KEY)

    assert str(caught.value) == "artifact store: put: SignatureDoesNotMatch"
