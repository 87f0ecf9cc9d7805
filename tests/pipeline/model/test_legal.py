from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.model.legal import LegalAct, LegalDemand, LegalKind, LegalRequest, LegalStep, LegalWords

AT = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = LegalWords(reference="canaryref", authority="canaryauthority", statute="canarystatute", notes="canarynotes")
DEMAND = LegalDemand(kind=LegalKind.PROCESS, received_on=AT.date(), scope=(("recording", "rec_1"),), words=WORDS)
OPEN = LegalRequest(id="leg_1", demand=DEMAND, opened_by="user:1", opened_at=AT)


def step(act: LegalAct, **detail) -> LegalStep:
    return LegalStep(act=act, actor="user:2", at=AT, detail=detail, words="canaryorder")


def test_a_request_is_where_its_last_act_left_it():
    approved = replace(OPEN, steps=(step(LegalAct.APPROVED, artifacts=["art_1"], notice_barred_until="2026-12-01"),))
    exported = replace(approved, steps=(*approved.steps, step(LegalAct.EXPORTED)))
    closed = replace(exported, steps=(*exported.steps, step(LegalAct.CLOSED)))
    assert [r.state for r in (OPEN, approved, exported, closed)] == ["open", "approved", "exported", "closed"]
    assert (OPEN.artifacts, approved.artifacts) == ((), ("art_1",))
    assert (OPEN.notice_barred_until, approved.notice_barred_until) == (None, date(2026, 12, 1))


def test_no_word_of_it_is_shown():
    assert "canary" not in repr(replace(OPEN, steps=(step(LegalAct.CLOSED),)))
