from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.ids import RecordingId
from pipeline.model.reveal import Reveal, RevealPurpose, RevealState, watermark
from pipeline.model.span import TimeSpan

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ASKED = Reveal(
    id="rvl_1",
    recording=RecordingId("rec_1"),
    version=1,
    type=EntityType.PERSON,
    channel=0,
    time=TimeSpan(0, 10),
    purpose=RevealPurpose.FRAUD,
    asked_by="user:ada",
    asked_at=AT,
)
REFUSED = replace(ASKED, answered_by="user:bob", answered_at=AT + timedelta(minutes=1))
ALLOWED = replace(REFUSED, ends_at=AT + timedelta(minutes=6))


@pytest.mark.parametrize(
    ("reveal", "minutes", "state"),
    [
        (ASKED, 0, RevealState.ASKED),
        (ASKED, 59.9, RevealState.ASKED),
        (ASKED, 60, RevealState.EXPIRED),
        (REFUSED, 2, RevealState.REFUSED),
        (ALLOWED, 5.9, RevealState.ALLOWED),
        (ALLOWED, 6, RevealState.OVER),
    ],
)
def test_a_reveal_has_its_time_and_not_a_moment_more(reveal, minutes, state):
    assert reveal.state_at(AT + timedelta(minutes=minutes)) is state


def test_the_watermark_names_who_when_and_which():
    assert watermark(ALLOWED, actor="user:ada", at=AT) == "user:ada · 2026-11-21 09:00:00 UTC · rvl_1"
