"""The process, the disk and the database fail under a request. Nothing is lost, and no recorder is started."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from pipeline.store.audit import list_events
from pipeline.store.session import Database
from tests.conftest import APP_ROLE, make_tenant
from tests.webhooks.conftest import BASE, DENVER, NEW_YORK
from tests.webhooks.twilio.test_news import a_callback, tell

PLACES = ["verified", "acted", "committed"]


class Killable:
    """A web process that is started again when it is dead, as a supervisor would, and a Twilio that tries again."""

    def __init__(self, url: str, folder) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.told = folder / "died"
        self.arguments = [url, str(folder / "keys"), str(self.port), str(self.told)]
        command = [sys.executable, "-m", "tests.webhooks.dying_server", *self.arguments]
        self.process = subprocess.Popen(command, start_new_session=True)

    def wait(self) -> None:
        for _ in range(1200):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz")
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server does not start")

    def post(self, owner, path: str, form: dict[str, str]) -> httpx.Response:
        """Post until there is an answer, as the retry override of our addresses asks for."""
        signature = RequestValidator(owner.secrets.auth_token).compute_signature(BASE + path, form)
        for _ in range(5):
            try:
                return httpx.post(
                    f"http://127.0.0.1:{self.port}{path}",
                    data=form,
                    headers={"X-Twilio-Signature": signature},
                    timeout=20,
                )
            except httpx.TransportError:
                self.wait()
        raise AssertionError("no answer")

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


@pytest.fixture
def killable(postgres, database_name, tmp_path):
    server = Killable(postgres.url(database_name, user=APP_ROLE), tmp_path)
    server.wait()
    yield server
    server.stop()


def test_a_callback_whose_process_is_killed_is_taken_once_when_it_is_sent_again(killable, database, keys):
    owner, server, sid = make_tenant(database, keys), killable, "RE" + secrets.token_hex(16)
    form = {
        "AccountSid": owner.account_sid,
        "CallSid": "CA" + sid[2:],
        "RecordingSid": sid,
        "RecordingStatus": "completed",
        "RecordingSource": "x",
    }
    assert server.post(owner, f"/twilio/{owner.id}/recording", form).status_code == 204
    assert server.told.read_text().split() == PLACES
    with database.transaction(owner.id) as tx:
        counts = [
            tx.connection.execute(text(f"select count(*) from {table}")).scalar()
            for table in ("earmark.inbox", "earmark.recordings", "dbos.workflow_status")
        ]
        announced = [e for e in list_events(tx) if e.entry.tag == "recording:vendor:announced"]
    assert counts == [1, 1, 1]
    assert len(announced) == 1


def test_a_call_whose_process_is_killed_is_asked_again_and_begins_once_without_a_recorder(killable, database, keys):
    owner, server = make_tenant(database, keys), killable
    form = {"AccountSid": owner.account_sid, "CallSid": "CA" + secrets.token_hex(16), "From": NEW_YORK, "To": DENVER}
    answer = server.post(owner, f"/twilio/{owner.id}/voice", form | {"Direction": "inbound"})
    assert answer.status_code == 200
    assert "<Recording" not in answer.text
    assert "<Start" not in answer.text
    assert server.told.read_text().split() == PLACES
    with database.transaction(owner.id) as tx:
        assert tx.connection.execute(text("select count(*) from earmark.calls")).scalar() == 1
        assert len([e for e in list_events(tx) if e.entry.tag == "call:call:begun"]) == 1
    fallback = server.post(owner, f"/twilio/{owner.id}/fallback", form)
    assert "<Recording" not in fallback.text


# --- full and far away


class DiskFull(Exception):
    """What the driver raises when the server has no room left."""

    sqlstate = "53100"


@contextmanager
def a_full_disk(database: Database):
    """Refuse every statement that writes, as a server whose disk is full does."""

    def refuse(_connection, _cursor, statement, *_more):
        if statement.lstrip().lower().startswith(("insert", "update")) or "enqueue_workflow" in statement:
            raise OperationalError(statement, None, DiskFull())

    event.listen(database.engine, "before_cursor_execute", refuse)
    yield
    event.remove(database.engine, "before_cursor_execute", refuse)


def test_with_a_full_disk_a_caller_goes_on_unrecorded_and_news_is_to_be_sent_again(stage):
    call = stage.call(stage.tenant())
    asked = call.ring("+266696687")
    sid, other = "RE" + secrets.token_hex(16), stage.call(call.owner)
    with a_full_disk(stage.context.database):
        assert tell(call, sid, "completed") == 503
        assert other.ring().find("Connect") is not None
        assert call.press(asked, "1").find("Connect") is not None
    assert not call.was_told_to_record()
    assert not other.was_told_to_record()
    assert stage.record_standing(call) is None
    assert tell(call, sid, "completed") == 204
    assert len(stage.queue.enqueued) == 1


@pytest.mark.parametrize("route", ["voice", "recording", "status", "fallback"])
def test_a_database_that_swallows_what_is_sent_is_given_up_within_three_seconds_or_so(stage, clock, route):
    call = stage.call(stage.tenant())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)  # it is connected to, and never answers
        gone = Database(
            f"postgresql+psycopg://earmark_app@127.0.0.1:{silent.getsockname()[1]}/x", clock=clock, patience_s=2
        )
        call.client = stage.on(gone).client
        begun = time.monotonic()
        answer = call.post(call.path(route), a_callback(call, "RE" + "0" * 32, "completed"))
        assert time.monotonic() - begun < 4
    assert answer.status_code == (200 if route == "fallback" else 503)
    assert "Recording" not in answer.text or answer.status_code == 503
