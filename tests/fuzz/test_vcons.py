"""A strange vCon is read or refused in one line, never with an error of a library."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.arriving import read_arriving
from pipeline.vcon.check import check_vcon
from pipeline.vcon.document import write_vcon
from pipeline.vcon.signed import sign_vcon
from tests.fuzz.cases import altered, cases, damaged, look_at
from tests.pipeline.vcon.test_arriving import NOW, TRUST
from tests.pipeline.vcon.test_check import AT, CONTENTS, TRUSTED
from tests.pipeline.vcon.test_signed import KEY, PINNED, PUBLIC

VCON = write_vcon(CONTENTS, made_at=AT)


def signed(document: object) -> bytes:
    return json.dumps(sign_vcon({"uuid": "u", **document}, private_key=KEY, public_key=PUBLIC)).encode()  # type: ignore[dict-item]


def read_or_refused(text: bytes) -> None:
    try:
        check_vcon(text, pinned=PINNED, receipt_keys=TRUSTED)
    except (InvalidInput, IntegrityError) as refusal:
        look_at(refusal)
    try:
        read_arriving(text, trust=TRUST, now=NOW, beside=lambda name: None)
    except (InvalidInput, IntegrityError) as refusal:
        look_at(refusal)


@cases(30)
@given(st.data())
def test_a_signed_vcon_of_a_strange_shape_is_read_or_refused(data: st.DataObject) -> None:
    document = altered(VCON, data)
    try:
        file = signed(document if isinstance(document, dict) else {})
    except (UnicodeEncodeError, ValueError):  # what nobody can sign, nobody hands in
        return
    read_or_refused(file)


@cases(30)
@given(st.data())
def test_a_bare_vcon_of_a_strange_shape_is_read_or_refused(data: st.DataObject) -> None:
    read_or_refused(json.dumps(altered(VCON, data)).encode("utf-8", "surrogatepass"))


@cases(30)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    read_or_refused(damaged(signed(VCON), data))


@cases(30)
@given(st.data())
def test_a_strange_signature_is_refused(data: st.DataObject) -> None:
    read_or_refused(json.dumps(altered(json.loads(signed(VCON)), data)).encode())
