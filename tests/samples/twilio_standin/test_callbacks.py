"""Callbacks in disorder."""

from __future__ import annotations

import httpx
import pytest

VOICE, REC, STATUS = (f"/twilio/acme/{name}" for name in ("voice", "rec", "status"))


@pytest.fixture
def statuses(product, twilio, account, a_scenario):
    product.twiml[VOICE] = (
        f'<Response><Start><Recording recordingStatusCallback="{REC}" trim="do-not-trim" '
        'recordingStatusCallbackEvent="in-progress completed"/></Start>'
        '<Connect><Stream url="wss://example.test"/></Connect></Response>'
    )

    def play(**disorder):
        twilio.play(a_scenario(callbacks=disorder), account, base=product.base)
        return [got.params["RecordingStatus"] for got in product.to(REC)]

    return play


def test_in_order_they_come_as_things_happen(statuses):
    assert statuses() == ["in-progress", "completed"]


def test_late_ones_come_after_all_others(statuses, product):
    assert statuses(late=["recording.in-progress"]) == ["completed", "in-progress"]
    assert product.got[-1].path == REC


def test_some_come_twice(statuses):
    assert statuses(twice=["recording.completed"]) == ["in-progress", "completed", "completed"]


def test_all_may_come_backwards(statuses, product):
    assert statuses(reversed=True) == ["completed", "in-progress"]
    assert [got.path for got in product.got] == [VOICE, STATUS, REC, REC]


def test_lost_ones_never_come(statuses, product):
    assert statuses(lost=["recording.*", "call.*"]) == []
    assert product.to(STATUS) == []


def test_held_ones_come_when_released(statuses, product, twilio):
    assert statuses(held=["recording.*"]) == []
    call_sid = product.to(VOICE)[0].params["CallSid"]
    assert httpx.post(f"{twilio.url}/_standin/release/{call_sid}").json() == {"sent": 2}
    assert len(product.to(REC)) == 2
