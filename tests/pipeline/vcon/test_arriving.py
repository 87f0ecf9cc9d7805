from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from pipeline.consent.jws import write_jwks
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.arriving import read_arriving, read_trust
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.document import write_vcon
from pipeline.vcon.signed import sign_vcon
from tests.pipeline.vcon.test_check import AT, CONTENTS
from tests.pipeline.vcon.test_signed import KEY, PUBLIC

VCON = write_vcon(CONTENTS, made_at=AT)
TRUST = read_trust(json.dumps(write_jwks([PUBLIC], tenant="acme")).encode())
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def read(document, *, trust=TRUST, files=None):
    text = json.dumps(document).encode()
    return read_arriving(text, trust=trust, now=NOW, beside=(files or {}).get)


def with_dialog(**changes):
    document = copy.deepcopy(VCON)
    document["dialog"][0] |= changes
    return document


def elsewhere(**changes):
    document = with_dialog(**{"url": "https://else.where/calls/one.wav?x=1"} | changes)
    for name in ("body", "encoding", "filename"):
        document["dialog"][0].pop(name)
    return document


def test_a_signed_and_a_bare_one_are_read_and_only_the_signed_one_is_vouched_for():
    signed = read(sign_vcon(VCON, private_key=KEY, public_key=PUBLIC))
    bare = read(VCON, trust=None)
    for one in (signed, bare):
        assert (one.uuid, one.origin) == (VCON["uuid"], VCON["redacted"]["uuid"])
        assert (one.sound, one.started_at, one.duration_s) == (b"RIFFsound", AT, 6)
        assert one.roles == ("caller", "agent")
        assert one.receipts == ()  # the receipt of this test has not the form of one
    assert (signed.is_signed, bare.is_signed) == (True, False)


def test_a_sound_at_an_address_is_taken_from_beside_the_file_with_its_digest_and_never_fetched():
    beside = {"one.wav": b"RIFFsound"}
    assert read(elsewhere(), files=beside).sound == b"RIFFsound"
    for document, files in (
        (elsewhere(), {}),
        (elsewhere(content_hash=None), beside),
        (elsewhere(url="https://else.where/.."), {"..": b"RIFFsound"}),
        (elsewhere(url="https://else.where/"), beside),
    ):
        with pytest.raises(InvalidInput, match="nothing is fetched"):
            read(document, files=files)
    with pytest.raises(IntegrityError):
        read(elsewhere(), files={"one.wav": b"another"})


def test_what_is_not_one_recording_of_a_call_is_refused_in_one_line():
    cases = (
        ({}, "not a vCon"),
        ({"ciphertext": "AA", "protected": "AA"}, "not a vCon"),
        ({**VCON, "uuid": "u"}, "uuid"),
        ({**VCON, "redacted": {"uuid": 7}}, "uuid"),
        ({**VCON, "dialog": []}, "0 recordings"),
        ({**VCON, "dialog": VCON["dialog"] * 2}, "2 recordings"),
        ({**VCON, "dialog": 7}, "not a list"),
        ({**VCON, "parties": [1]}, "not a list"),
        (with_dialog(body=7), "base64url"),
        (with_dialog(start="2026-11-21T09:00:00"), "no start"),
        (with_dialog(start="2026-12-21T09:00:00+00:00"), "no start"),
        (with_dialog(start="0001-01-01T00:00:00+23:00"), "no start"),
        (with_dialog(start=7), "no start"),
        (sign_vcon(VCON, private_key=KEY, public_key=PUBLIC), "--keys"),
    )
    for document, line in cases:
        with pytest.raises(InvalidInput, match=line):
            read(document, trust=None)
    with pytest.raises(IntegrityError):
        read(with_dialog(content_hash=content_hash(b"another")))
    for duration in (-1, True, float("nan"), 1e300, "6", None):
        assert read(with_dialog(duration=duration)).duration_s is None


def test_a_key_of_another_maker_stands_beside_ours_and_signs_no_receipt():
    rows = write_jwks([PUBLIC], tenant="acme")["keys"]
    other = {**rows[0], "kid": "theirs"}
    trust = read_trust(json.dumps({"keys": [*rows, other]}).encode())
    assert (len(trust.pinned.keys), len(trust.receipt_keys), trust.tenant) == (2, 1, None)
    with pytest.raises(InvalidInput):
        read_trust(json.dumps({"keys": rows, "tenant": 7}).encode())
