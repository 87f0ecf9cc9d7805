from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.decisions.children import note_child
from pipeline.model.errors import NotFound, VendorRefused, VendorUnavailable
from pipeline.steps.tell_tenant import tell_tenant
from pipeline.store.tenant_notices import list_notices
from pipeline.store.tenants import change_tenant
from pipeline.vendors.smtp import SmtpNotices
from pipeline.vendors.smtp_session import SmtpServer
from pipeline.vendors.webhook_out import WebhookNotices
from tests.answering import receiving
from tests.mail_server import mail_server

CONTACT = {"contact_email": "legal@acme.example", "notice_secret": "s3cret-of-acme"}


@pytest.fixture
def post():
    with mail_server() as found:
        yield found


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def noted(line):
    """A recording on which somebody of the tenant noted a child."""
    recording = line.record()
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    return recording


@pytest.fixture
def reached(line, noted, post, receiver, clock):
    """The line of a tenant that both channels reach."""
    with line.tx() as tx:
        secrets = replace(line.owner.secrets, **CONTACT, notice_url=receiver.url)
        change_tenant(tx, replace(line.owner, secrets=secrets), keys=line.context.vault.keys, actor="test", changed=[])
    server = SmtpServer(host=post.host, port=post.port, sender="notices@earmark.example", security="none", timeout_s=5)
    return line.with_parts(channels={"email": SmtpNotices(server), "webhook": WebhookNotices(clock)})


def waiting(line) -> list:
    with line.tx() as tx:
        return list(list_notices(tx, is_open=True))


def tell(line, notice: str = "") -> dict:
    return dict(tell_tenant(line.context, line.owner.id, notice or waiting(line)[0].id))


def test_a_child_noted_is_told_by_every_channel_and_marked_sent_with_the_proof(reached, noted, post, receiver, clock):
    [notice] = waiting(reached)
    assert tell(reached) == {"is_sent": True, "delivered": 2, "failed": 0}
    assert waiting(reached) == []
    [(to, message)] = post.messages
    day = clock.now().date().isoformat()
    assert (to, message["Subject"]) == (CONTACT["contact_email"], f"A sign of a child was noted on {day}")
    assert message["Message-ID"].startswith(f"<{notice.id}@")
    assert f"It concerns recording {noted.id}." in message.get_content()
    [(headers, body)] = receiver.posts
    sent = json.loads(body)
    assert (headers["webhook-id"], sent["type"]) == (notice.id, "tenant.notice")
    assert {**sent["data"], "text": ""} == {
        "tenant": "acme", "kind": "child", "subject_kind": "recording", "subject_id": noted.id, "noted_on": day,
        "text": "",
    }  # fmt: skip
    [told] = reached.events("tenant:notice:sent")
    assert (told["kind"], told["email_status"], told["webhook_status"]) == ("child", 250, 204)
    assert told["email_recipient_ref"] != told["webhook_recipient_ref"]
    assert CONTACT["contact_email"] not in str(told)


def test_what_was_sent_goes_out_no_more(reached, post, receiver):
    [notice] = waiting(reached)
    tell(reached)
    assert tell(reached, notice.id) == {"is_sent": True, "delivered": 0, "failed": 0}
    assert (len(post.messages), len(receiver.posts)) == (1, 1)


def test_one_channel_is_proof_enough(reached, post):
    post.status = 451
    assert tell(reached) == {"is_sent": True, "delivered": 1, "failed": 1}
    [told] = reached.events("tenant:notice:sent")
    assert "email_status" not in told


@pytest.mark.parametrize(
    ("mail", "hook", "error"),
    [(451, 503, VendorUnavailable), (451, 410, VendorUnavailable), (550, 410, VendorRefused)],
)
def test_without_any_delivery_it_stays_queued_and_goes_out_when_asked_again(reached, post, receiver, mail, hook, error):
    post.status, receiver.status = mail, hook
    with pytest.raises(error):
        tell(reached)
    assert len(waiting(reached)) == 1
    assert reached.events("tenant:notice:sent") == []
    post.status = 250
    assert tell(reached)["is_sent"]


def test_a_tenant_that_nothing_reaches_is_not_taken_for_told(line, noted):
    assert tell(line) == {"is_sent": False, "delivered": 0, "failed": 0}
    assert len(waiting(line)) == 1


def test_a_notice_that_is_not_there_is_not_sent(reached, post):
    with pytest.raises(NotFound):
        tell(reached, "ntc_none")
    assert post.messages == []
