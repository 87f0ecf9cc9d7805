from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.jws import sign, thumbprint, write_jwks
from pipeline.consent.receipt import TYP, write_receipts
from pipeline.consent.receipt_proof import Trusted, check_file, read_trusted
from pipeline.model.audit import GENESIS, AuditEntry, AuditEvent, entry_hash
from pipeline.model.consent import RECORDING_PURPOSES
from pipeline.model.errors import IntegrityError, InvalidInput
from tests.pipeline.consent.test_receipt import CALL, CALL_SID, FACTS, said

MINE, OTHERS = bytes(range(32)), bytes(range(1, 33))
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BODIES = [r.body for r in write_receipts(replace(FACTS, events=tuple(said(purpose=p) for p in RECORDING_PURPOSES)))]


def public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signed(body: bytes, private: bytes = MINE, typ: str = TYP) -> str:
    return sign(body, private_key=private, typ=typ)


TOKENS = [signed(body) for body in BODIES]
KID = thumbprint(public(MINE))
TRUSTED = Trusted(keys={KID: public(MINE)}, tenant="acme")
WORDS = "We record this call."


def an_export(**change) -> bytes:
    digest = hashlib.sha256(WORDS.encode()).hexdigest()
    document = {
        "format": "earmark.receipts",
        "version": 1,
        "tenant": "acme",
        "call_sid": CALL_SID,
        "receipts": TOKENS,
        "jwks": write_jwks([public(MINE)], tenant="acme"),
        "wordings": {digest: {"id": "announce", "locale": "en-US", "version": "1", "text": WORDS}},
    }
    return json.dumps(document | change).encode()


def a_log(*entries: tuple[str, str, dict], tenant: str = "acme") -> list[AuditEvent]:
    events: list[AuditEvent] = []
    for seq, (tag, target, facts) in enumerate(entries, start=1):
        previous = events[-1].hash if events else GENESIS
        entry = AuditEntry(tenant=tenant, seq=seq, tag=tag, actor="system", target=target, at=AT, facts=facts)
        events.append(AuditEvent(entry=entry, previous_hash=previous, hash=entry_hash(entry, previous_hash=previous)))
    return events


def issued(token: str, kid: str = KID) -> tuple[str, str, dict]:
    return ("consent:receipt:issued", "art_1", {"sha256": hashlib.sha256(token.encode()).hexdigest(), "kid": kid})


MADE = ("tenant:key:made", KID, {})
LOG = a_log(MADE, *[issued(token) for token in TOKENS])


def check(text: bytes, trusted: Trusted | None = None, log: list[AuditEvent] | None = None):
    return check_file(text, trusted=trusted, log=log)


def test_one_receipt_proves_itself_but_not_whose_key_it_is():
    proof = check(TOKENS[0].encode() + b"\n")
    assert [c.receipt.purpose for c in proof.receipts] == ["record"]
    assert (proof.is_pinned, proof.is_in_log) == (False, False)


def test_with_the_tenants_keys_and_log_every_receipt_has_its_place():
    proof = check(an_export(), TRUSTED, LOG)
    assert (proof.is_pinned, proof.is_in_log) == (True, True)
    assert [c.audit_seq for c in proof.receipts] == [2, 3, 4, 5]
    assert {c.issued_at for c in proof.receipts} == {AT}
    assert [w.text for w in proof.wordings.values()] == [WORDS]


def test_keys_are_read_as_they_are_published():
    assert read_trusted(json.dumps(write_jwks([public(MINE)], tenant="acme")).encode()) == TRUSTED
    assert read_trusted(json.dumps({"keys": write_jwks([public(MINE)], tenant="x")["keys"]}).encode()).tenant is None


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"keys": []}', b"{" * 100_000, b"\xff"])
def test_what_is_no_key_set_is_bad_input(text):
    with pytest.raises(InvalidInput):
        read_trusted(text)


def test_a_tenant_that_is_no_name_is_bad_input():
    with pytest.raises(InvalidInput):
        read_trusted(json.dumps(write_jwks([public(MINE)], tenant="acme") | {"tenant": 7}).encode())


@given(at=st.integers(0, len(TOKENS[0]) - 1), bit=st.integers(0, 6))
def test_one_changed_byte_never_passes(at, bit):
    text = bytearray(TOKENS[0].encode())
    text[at] ^= 1 << bit
    for trusted in (None, TRUSTED):
        with pytest.raises((IntegrityError, InvalidInput)):
            check(bytes(text), trusted)


@given(at=st.integers(0, len(TOKENS[0]) - 1), to=st.sampled_from("ABCxyz019-_"))
def test_a_changed_letter_is_told_as_altered_and_not_as_unreadable(at, to):
    if TOKENS[0][at] not in (to, "."):
        with pytest.raises(IntegrityError):
            check((TOKENS[0][:at] + to + TOKENS[0][at + 1 :]).encode())


@pytest.mark.parametrize(
    "text", [b"", b"hello", b"\x00\x01", b"a b.c", b"{}", b"{", b'{"format": "vcon"}', b"[1]", b"{" * 100_000]
)
def test_what_is_neither_a_receipt_nor_an_export_is_bad_input(text):
    with pytest.raises(InvalidInput):
        check(text)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_bring_anything_but_a_clear_no(text):
    for what in (text, b"{" + text, TOKENS[0].encode()[: len(text)] + text):
        with pytest.raises((IntegrityError, InvalidInput)):
            check(what, TRUSTED, LOG)


_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5)


@given(member=st.sampled_from(sorted(json.loads(an_export()))), value=_JSON)
def test_no_member_of_an_export_brings_anything_but_a_clear_no(member, value):
    with pytest.raises((IntegrityError, InvalidInput)):
        check(an_export(**{member: value}), log=a_log())


def test_a_file_without_a_receipt_proves_nothing():
    with pytest.raises(InvalidInput, match="no receipt"):
        check(an_export(receipts=[]))


def body(**change) -> bytes:
    return json.dumps(json.loads(BODIES[0]) | change, sort_keys=True).encode()


@pytest.mark.parametrize(
    ("text", "trusted", "told"),
    [
        (signed(BODIES[0], OTHERS).encode(), TRUSTED, "not among"),
        (an_export(receipts=[signed(BODIES[0], OTHERS)]), None, "not among"),
        (an_export(receipts=[*TOKENS, TOKENS[0][:-4] + "AAAA"]), TRUSTED, "does not hold|spelling"),
        (signed(b"{}").encode(), None, "not a receipt"),
        (signed(b"\xff").encode(), None, "not a receipt"),
        (signed(body(outcome="yes")).encode(), None, "not a receipt"),
        (signed(BODIES[0], typ="earmark-attestation").encode(), None, "another kind"),
        (signed(body(tenant="other")).encode(), TRUSTED, "another tenant"),
        (an_export(tenant="other"), None, "another tenant"),
        (an_export(call_sid="CA" + "9" * 32), TRUSTED, "another call"),
        (an_export(wordings={"0" * 64: {"id": "a", "locale": "l", "version": "1", "text": WORDS}}), TRUSTED, "digest"),
    ],
)
def test_what_is_signed_by_another_about_another_or_is_no_receipt_is_refused(text, trusted, told):
    with pytest.raises(IntegrityError, match=told):
        check(text, trusted)


def cut(log: list[AuditEvent], at: int) -> list[AuditEvent]:
    return [event for n, event in enumerate(log) if n != at]


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ([], "not in the audit log"),
        (a_log(MADE), "not in the audit log"),
        (a_log(MADE, issued("another")), "not in the audit log"),
        (a_log(MADE, issued(TOKENS[0]), tenant="other"), "not in the audit log"),
        (a_log(MADE, issued(TOKENS[0], kid="another")), "does not know"),
        (a_log(issued(TOKENS[0])), "does not know"),
        (cut(LOG, 1), "broken at event 2"),
        ([replace(LOG[0], hash="0" * 64), *LOG[1:]], "broken at event 1"),
    ],
)
def test_a_receipt_without_its_place_in_a_whole_log_is_refused(log, told):
    with pytest.raises(IntegrityError, match=told):
        check(TOKENS[0].encode(), TRUSTED, log)


def test_the_call_of_the_log_is_the_call_of_the_receipts():
    assert {c.receipt.call_sid for c in check(an_export(), TRUSTED, LOG).receipts} == {CALL.call_sid}
