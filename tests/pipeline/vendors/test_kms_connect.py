from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import IntegrityError, NotFound, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.vendors.kms_connect import KmsSettings, as_vendor_error, connect
from tests.moto_kms import kms_answers

ACME = TenantId("acme")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidCiphertextException", IntegrityError),
        ("IncorrectKeyException", IntegrityError),
        ("NotFoundException", NotFound),
        ("KMSInvalidStateException", VendorUnavailable),
        ("DisabledException", VendorUnavailable),
        ("KeyUnavailableException", VendorUnavailable),
        ("ThrottlingException", VendorUnavailable),
        ("AccessDeniedException", VendorRefused),
        ("SomethingNew", VendorRefused),
    ],
)
def test_each_code_of_kms_has_its_meaning(moto_kms: KmsSettings, code: str, error: type[Exception]) -> None:
    with kms_answers("DescribeKey", code), pytest.raises(error), as_vendor_error("DescribeKey", ACME):
        connect(moto_kms).describe_key(KeyId="alias/earmark/acme")


def test_nobody_signed_in_is_a_refusal(moto_kms: KmsSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    nobody = connect(replace(moto_kms, access_key=None, secret_key=None))
    with pytest.raises(VendorRefused, match="no credentials"), as_vendor_error("DescribeKey", ACME):
        nobody.describe_key(KeyId="alias/earmark/acme")
