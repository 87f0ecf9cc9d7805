from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from pipeline.consent.receipt import write_receipts
from pipeline.consent.receipt_form import EXPORT, ExportPart, ReceiptPart
from tests.pipeline.consent.test_receipt import FACTS

WRITTEN = json.loads(write_receipts(FACTS)[0].body)


def test_what_is_written_is_read():
    receipt = ReceiptPart.model_validate(WRITTEN)
    assert (receipt.tenant, receipt.leg.role, receipt.answers[0].digit) == ("acme", "caller", "1")


def test_a_later_version_may_say_more():
    assert ReceiptPart.model_validate(WRITTEN | {"device": "x"}).tenant == "acme"


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"tenant": "acme\x1b[2J"},
        {"tenant": "acme\n"},
        {"call_sid": "CA1"},
        {"recording_sid": "../x"},
        {"outcome": "yes"},
        {"purpose": "sell"},
        {"method": None},
        {"at": "yesterday"},
        {"at": "2026-11-21T09:00:00"},
        {"answers": []},
        {"answers": [{**WRITTEN["answers"][0], "phrase": "yes\x07"}]},
        {"answers": [{**WRITTEN["answers"][0], "phrase": "yes\u202e"}]},
        {"leg": {"role": "boss", "ordinal": 1}},
    ],
)
def test_a_value_of_another_shape_is_refused_so_that_nothing_strange_is_printed(change):
    with pytest.raises(ValidationError):
        ReceiptPart.model_validate(WRITTEN | change)


def test_an_export_has_its_own_members_and_no_others():
    export = {
        "format": EXPORT,
        "version": 1,
        "tenant": "acme",
        "call_sid": WRITTEN["call_sid"],
        "receipts": [],
        "jwks": {"keys": []},
        "wordings": {},
    }
    assert ExportPart.model_validate(export).receipts == ()
    for change in ({"more": 1}, {"version": 2}, {"format": "vcon"}, {"wordings": {"x": {}}}):
        with pytest.raises(ValidationError):
            ExportPart.model_validate(export | change)
