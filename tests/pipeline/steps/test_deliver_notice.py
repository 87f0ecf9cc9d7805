from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.model.errors import NotFound, VendorRefused, VendorUnavailable
from pipeline.policies.loader import load_bundle
from pipeline.steps.deliver_notice import deliver_notice
from pipeline.store.policy_versions import add_version, find_policies, keep_first, list_notices
from pipeline.store.tenants import change_tenant
from pipeline.vendors.smtp import SmtpNotices
from pipeline.vendors.smtp_session import SmtpServer
from pipeline.vendors.webhook_out import WebhookNotices
from tests.answering import receiving
from tests.mail_server import mail_server
from tests.pipeline.policies.variants import variant

CONTACT = {"contact_email": "legal@acme.example", "notice_secret": "s3cret-of-acme"}
LATER = variant("nejix", {"retention/recording.original/days": 30}, effective=date(2027, 1, 1))


@pytest.fixture
def post():
    with mail_server() as found:
        yield found


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def reached(line, post, receiver, clock):
    """The line of a tenant that both channels reach, with a version published to it."""
    with line.tx() as tx:
        secrets = replace(line.owner.secrets, **CONTACT, notice_url=receiver.url)
        change_tenant(tx, replace(line.owner, secrets=secrets), keys=line.context.vault.keys, actor="test", changed=[])
        keep_first(tx, load_bundle("nejix"))
        add_version(tx, LATER, notice_days=14, actor="test")
    server = SmtpServer(host=post.host, port=post.port, sender="notices@earmark.example", security="none", timeout_s=5)
    return line.with_parts(channels={"email": SmtpNotices(server), "webhook": WebhookNotices(clock)})


def deliver(line, version: str = LATER.version) -> dict:
    return dict(deliver_notice(line.context, line.owner.id, version))


def in_force_from(line) -> date | None:
    with line.tx() as tx:
        return find_policies(tx, "nejix").newest.in_force_from


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
@pytest.mark.acceptance(13)
def test_a_version_is_in_force_by_a_notice_that_was_proved_to_arrive(reached, post, receiver):
    assert in_force_from(reached) is None
    assert deliver(reached) == {"delivered": 2, "failed": 0, "in_force_from": "2027-01-01"}
    assert in_force_from(reached) == date(2027, 1, 1)

    [(to, message)] = post.messages
    assert to == CONTACT["contact_email"]
    assert "retention.recording.original.days: 90 -> 30 (tightening)" in message.get_content()
    assert len(receiver.posts) == 1
    [mail, hook] = reached.events("policy:notice:delivered")
    assert (mail["channel"], mail["status"], hook["channel"], hook["status"]) == ("email", 250, "webhook", 204)
    assert mail["recipient_ref"] != hook["recipient_ref"]
    assert CONTACT["contact_email"] not in str([mail, hook])


def test_a_notice_that_was_delivered_goes_out_no_more(reached, post, receiver):
    deliver(reached)
    assert deliver(reached) == {"delivered": 2, "failed": 0, "in_force_from": "2027-01-01"}
    assert (len(post.messages), len(receiver.posts)) == (1, 1)


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_late_notice_moves_the_first_day(reached, clock):
    clock.move(days=39)
    deliver(reached)
    assert in_force_from(reached) == clock.now().date() + timedelta(days=14) == date(2027, 1, 13)


def test_one_channel_that_fails_does_not_stop_the_other_and_is_tried_again(reached, post, receiver):
    post.status = 451
    assert deliver(reached) == {"delivered": 1, "failed": 1, "in_force_from": "2027-01-01"}
    post.status = 250
    assert deliver(reached)["delivered"] == 2
    assert (len(post.messages), len(receiver.posts)) == (1, 1)


@pytest.mark.parametrize(("mail", "hook", "error"), [(451, 503, VendorUnavailable), (550, 410, VendorRefused)])
def test_without_any_delivery_it_is_in_force_on_no_day(reached, post, receiver, mail, hook, error):
    post.status, receiver.status = mail, hook
    with pytest.raises(error):
        deliver(reached)
    assert in_force_from(reached) is None
    assert reached.events("policy:notice:delivered") == []


def test_a_tenant_that_nothing_reaches_is_not_taken_for_told(line, clock):
    with line.tx() as tx:
        keep_first(tx, load_bundle("nejix"))
        add_version(tx, LATER, notice_days=14, actor="test")
    assert deliver(line) == {"delivered": 0, "failed": 0, "in_force_from": None}
    assert in_force_from(line) is None


@pytest.mark.parametrize("version", ["no-such", load_bundle("nejix").version])
def test_only_a_published_version_has_a_notice(reached, version):
    with pytest.raises(NotFound):
        deliver(reached, version)


def test_where_the_proof_could_not_be_kept_it_goes_out_again_under_the_same_id(reached, post, receiver):
    """As after a death between the post and the row."""

    class Dies(Exception):
        pass

    class DiesAfter:
        def __init__(self, channel):
            self._channel, self.audit = channel, channel.audit

        def deliver(self, notice, address):
            self._channel.deliver(notice, address)
            raise Dies

    channels = reached.context.channels
    with pytest.raises(Dies):
        deliver(reached.with_parts(channels={"email": DiesAfter(channels["email"])}))
    deliver(reached)
    assert len({message["Message-ID"] for _, message in post.messages}) == 1
    assert len(post.messages) == 2
    with reached.tx() as tx:
        assert [n.channel for n in list_notices(tx, "nejix")] == ["email", "webhook"]
