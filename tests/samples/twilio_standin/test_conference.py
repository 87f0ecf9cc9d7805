"""Conferences."""

from __future__ import annotations

import pytest

VOICE, LEG, END, REC = (f"/twilio/acme/{name}" for name in ("voice", "leg", "end", "rec"))
ROOM = (
    f'<Response><Dial action="{END}">'
    f'<Conference record="record-from-start" statusCallback="{LEG}" statusCallbackEvent="start end join leave" '
    f'recordingStatusCallback="{REC}">room</Conference></Dial></Response>'
)


@pytest.fixture
def play(product, twilio, account, a_scenario):
    product.twiml[VOICE] = ROOM
    return lambda **callee: twilio.play(a_scenario(callee=callee), account, base=product.base)


def test_a_conference_is_recorded_from_its_start_where_the_document_says_so(play, product, media):
    played = play(joins_conference=True)
    [done] = product.to(REC)
    assert done.params["RecordingSource"] == "Conference"
    assert done.params["ConferenceSid"].startswith("CF")
    assert media(played.recording_sids[0]).shape == (6 * 8000, 1)
    assert [got.params["StatusCallbackEvent"] for got in product.to(LEG)] == [
        "participant-join",
        "conference-start",
        "participant-leave",
        "conference-end",
    ]


def test_a_caller_whom_nobody_joins_waits_and_gives_up(play, product):
    played = play()
    assert played.talked_from_s is None
    assert played.ended_by == "caller"
    assert "conference-start" not in [got.params["StatusCallbackEvent"] for got in product.to(LEG)]
