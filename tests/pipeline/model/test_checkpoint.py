from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.model.checkpoint import Checkpoint, checkpoint_prefix, read_checkpoint
from pipeline.model.errors import IntegrityError

ONE = Checkpoint(tenant="acme", seq=12, hash="a" * 64, at=datetime(2026, 11, 21, 9, tzinfo=UTC), previous=None)


@pytest.mark.parametrize("previous", [None, "b" * 64])
def test_a_checkpoint_is_read_back_as_it_was_written(previous):
    made = replace(ONE, previous=previous)
    assert read_checkpoint(made.payload()) == made


def test_it_lies_under_its_tenant_and_month_in_the_order_of_the_log():
    assert ONE.object_key == "audit/acme/2026/11/000000000012"
    assert ONE.object_key.startswith(checkpoint_prefix("acme"))
    assert replace(ONE, seq=9).object_key < ONE.object_key < replace(ONE, seq=100).object_key


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"seq": "12"},
        {"seq": 0},
        {"seq": True},
        {"hash": "x"},
        {"previous": "x"},
        {"at": "x"},
        {"more": 1},
    ],
)
def test_what_has_another_form_is_no_checkpoint(change):
    body = {**json.loads(ONE.payload()), **change}
    with pytest.raises(IntegrityError):
        read_checkpoint(json.dumps(body).encode())
    with pytest.raises(IntegrityError):
        read_checkpoint(b"[]")
    with pytest.raises(IntegrityError):
        read_checkpoint(b"{")
