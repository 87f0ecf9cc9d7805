from __future__ import annotations

import io
import zipfile

from pipeline.model.subject import RequestKind as K
from pipeline.model.user import Role
from pipeline.workflows.subject import answer_request
from tests.conftest import make_tenant
from tests.pipeline.steps.asking import CALLER, WHOLE, asked
from tests.webhooks.sign_in.people import seated


def test_what_came_by_letter_is_taken_in_and_its_clock_runs_from_that_day(desk):
    op = desk.operator()
    assert "No request is open." in op.get("/operations/requests").text
    op.get("/operations/requests/new")
    empty = op.post("/operations/requests/new", kind="access")
    assert (empty.status_code, "Name the person" in empty.text) == (422, True)
    bad = op.post("/operations/requests/new", kind="access", number=CALLER, received="2026-12-24")
    assert (bad.status_code, CALLER in bad.text, "after today" in bad.text) == (422, True, True)
    done = op.post("/operations/requests/new", kind="access", number=CALLER, received="2026-11-01", note="canarynote")
    assert done.status_code == 303
    page = op.get(done.headers["location"]).text
    assert "its clock runs" in page
    assert "half its time is over" in op.get("/operations/requests").text
    assert "canarynote" not in page
    assert CALLER not in page


def test_who_asks_is_opened_by_an_operator_and_that_stands_in_the_log(desk):
    request = asked(desk.line, K.ACCESS, is_proved=False)
    op, auditor = desk.operator(), desk.sits("aud", Role.AUDITOR)
    here = f"/operations/requests/{request.id}"
    closed = auditor.get(here).text
    assert (CALLER in closed, "canarynote" in closed, "Show who asks" in closed) == (False, False, False)
    assert auditor.post(f"{here}/who").status_code == 403
    op.get(here)
    opened = op.post(f"{here}/who").text
    assert (CALLER in opened, "canarynote" in opened) == (True, True)
    assert {"kind": "subject.request"} in desk.line.events("artifact:artifact:read")


def test_the_clock_tells_what_is_late_and_over(desk, clock):
    asked(desk.line, K.ACCESS)
    for days, word in ((0, ""), (16, "half its time is over"), (10, "late"), (5, "overdue")):
        clock.move(days=days)
        listed = desk.operator(f"op{days}").get("/operations/requests").text
        told = [one for one in ("half its time is over", ">late<", "overdue") if one in listed]
        assert told == ([] if not word else [f">{word}<" if word == "late" else word])


def test_the_answer_is_handed_out_as_a_file_once_there_is_one(desk):
    line, op = desk.line, desk.operator()
    line.through(line.record(), *WHOLE)
    request = asked(line, K.ACCESS)
    here = f"/operations/requests/{request.id}"
    op.get(here)
    assert op.post(f"{here}/export").status_code == 404
    answer_request(line.context, line.owner.id, request.id, queue=desk.queue)
    assert "Fetch the answer" in op.get(here).text
    handed = op.post(f"{here}/export")
    assert handed.headers["content-disposition"] == f'attachment; filename="{request.id}.zip"'
    assert handed.headers["cache-control"] == "no-store"
    assert zipfile.ZipFile(io.BytesIO(handed.content)).namelist()


def test_another_tenants_request_is_not_there(desk, database, keys):
    request = asked(desk.line, K.ACCESS)
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.OPERATOR, tenant="other")
    assert request.id not in stranger.get("/operations/requests?which=all").text
    assert stranger.get(f"/operations/requests/{request.id}").status_code == 404
    for act in ("who", "export", "verify", "answer", "approve", "refuse", "close"):
        assert stranger.post(f"/operations/requests/{request.id}/{act}", reason="x").status_code == 404
