from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.consent import jws
from pipeline.consent.deletion_proof import check_file, write_export
from pipeline.consent.receipt_proof import Trusted
from pipeline.model.certificate import CERTIFICATE_TYPE, to_bytes
from pipeline.model.errors import IntegrityError, InvalidInput

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def public(key) -> bytes:
    return key.public_key().public_bytes_raw()


def part(number: int, of: int, *, objects: int = 2, listed=("art_1",), key=KEY, **more) -> str:
    body = {
        "format": "deletion.certificate",
        "tenant": "acme",
        "purge": "purge_1",
        "edition": 1,
        "part": number,
        "parts": of,
        "objects": objects,
        "destroyed": [{"artifact": name} for name in listed],
        **more,
    }
    return jws.sign(to_bytes(body), private_key=key.private_bytes_raw(), typ=CERTIFICATE_TYPE)


def exported(*parts: str, key=KEY) -> bytes:
    return json.dumps(write_export(parts, [public(key)], tenant="acme")).encode()


TWO = (part(1, 2), part(2, 2, listed=("art_2",)))


def trusted(key=KEY, tenant="acme") -> Trusted:
    return Trusted(keys={jws.thumbprint(public(key)): public(key)}, tenant=tenant)


def test_a_whole_certificate_holds_by_itself_and_with_a_key_from_elsewhere():
    assert not check_file(exported(*TWO)).is_pinned
    proof = check_file(exported(*TWO), trusted=trusted())
    assert (proof.is_pinned, [o["artifact"] for o in proof.destroyed]) == (True, ["art_1", "art_2"])


@pytest.mark.parametrize(
    "parts",
    [
        (),
        TWO[:1],
        TWO[::-1],
        (TWO[0], TWO[0]),
        (TWO[0], part(2, 2, listed=("art_1",))),
        (TWO[0], part(2, 2, listed=("art_2", "art_3"))),
        (TWO[0], part(2, 2, listed=("art_2",), purge="purge_2")),
        (part(1, 1, objects=1, format="other"),),
    ],
)
def test_a_part_that_is_missing_moved_doubled_or_another_and_a_wrong_count_show(parts):
    with pytest.raises(IntegrityError):
        check_file(exported(*parts))


def test_another_key_or_another_tenants_is_refused():
    with pytest.raises(IntegrityError):
        check_file(exported(*TWO), trusted=trusted(OTHER))
    with pytest.raises(IntegrityError):
        check_file(exported(*TWO), trusted=trusted(tenant="other"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"format": "x", "version": 1}'])
def test_another_file_is_told_apart(body):
    with pytest.raises(InvalidInput):
        check_file(body)
