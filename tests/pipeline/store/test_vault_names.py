from __future__ import annotations

import hashlib
import hmac
from datetime import date

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.store.vault_names import TAG_NAMES, artifact_name, check_tags, object_key, tenant_prefix

ACME = TenantId("acme")
NAME = "0f" * 32
ON = date(2026, 3, 9)


def test_a_name_is_the_keyed_digest_of_the_bytes() -> None:
    assert artifact_name(b"yes", b"k" * 32) == hmac.new(b"k" * 32, b"yes", hashlib.sha256).hexdigest()


def test_tenants_give_the_same_bytes_different_names() -> None:
    assert artifact_name(b"yes", b"a" * 32) != artifact_name(b"yes", b"b" * 32)


def test_a_key_has_tenant_day_recording_kind_and_name() -> None:
    key = object_key(ACME, "rec_1", ArtifactKind.RECORDING_ORIGINAL, NAME, on=ON)

    assert key == f"tenants/acme/2026/03/09/rec_1/recording.original/{NAME}"
    assert key.startswith(tenant_prefix(ACME))


def test_a_tenants_prefix_is_not_the_beginning_of_anothers() -> None:
    assert not tenant_prefix(TenantId("acme-2")).startswith(tenant_prefix(ACME))


@pytest.mark.parametrize("recording", ["", "..", "a/b", "rec 1", "+15550100", "rec_1\n", "r" * 129])
def test_a_recording_that_could_lead_elsewhere_is_refused(recording: str) -> None:
    with pytest.raises(InvalidInput):
        object_key(ACME, recording, ArtifactKind.SUMMARY, NAME, on=ON)


@pytest.mark.parametrize("name", ["", "x" * 64, NAME.upper(), NAME + "0", NAME + "\n", "../" + NAME])
def test_a_name_that_is_no_digest_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        object_key(ACME, "rec_1", ArtifactKind.SUMMARY, name, on=ON)


def test_a_tenant_that_could_lead_elsewhere_is_refused() -> None:
    with pytest.raises(InvalidInput):
        tenant_prefix(TenantId("../acme"))


def test_there_are_ten_tags_as_s3_allows() -> None:
    assert len(TAG_NAMES) == len(set(TAG_NAMES)) == 10
    assert check_tags(dict.fromkeys(TAG_NAMES, "own_instance:acme/1")) == dict.fromkeys(
        TAG_NAMES, "own_instance:acme/1"
    )


@pytest.mark.parametrize("tags", [{"caller": "x"}, {"tenant": "a;b"}, {"policy": "x" * 257}, {"kind": "a\n"}])
def test_an_unlisted_tag_or_a_value_s3_refuses_is_refused(tags: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        check_tags(tags)


def test_a_refused_tag_is_named_without_its_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_tags({"region": "jane;doe"})
    assert "jane" not in str(caught.value)
