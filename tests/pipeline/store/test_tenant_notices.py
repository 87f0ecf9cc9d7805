from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.tenant_notice import NoticeKind
from pipeline.store.audit import list_events
from pipeline.store.tenant_notices import add_notice, list_notices, mark_sent
from tests.conftest import make_tenant

REC = ("recording", "rec_1")


def add(tx, *, subject=REC, cause="tenant_flag") -> bool:
    return add_notice(tx, NoticeKind.CHILD, subject=subject, cause=cause)


def test_the_same_news_waits_once_and_is_news_again_after_it_was_sent(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        assert (add(tx), add(tx), add(tx, cause="quarantined"), add(tx, subject=("call", "call_1"))) == (
            True, False, True, True,
        )  # fmt: skip
        first = list_notices(tx)[0]
    clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        sent = next(n for n in list_notices(tx) if n.cause == first.cause and n.subject_id == first.subject_id)
        assert (mark_sent(tx, sent.id), mark_sent(tx, sent.id), mark_sent(tx, "ntc_none")) == (True, False, False)
        assert [(n.state, n.sent_at) for n in list_notices(tx, is_open=False)] == [("sent", clock.now())]
        assert len(list_notices(tx, is_open=True)) == 2
    clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        assert add(tx, subject=(first.subject_kind, first.subject_id), cause=first.cause)
        assert len(list_notices(tx)) == 4
        assert len(list_notices(tx, limit=1)) == 1


def test_each_notice_and_its_delivery_are_audited(database, tenant):
    with database.transaction(tenant.id) as tx:
        add(tx)
        (notice,) = list_notices(tx)
        mark_sent(tx, notice.id)
        told = [(e.entry.tag, dict(e.entry.facts)) for e in list_events(tx, target=notice.id)]
    assert told == [
        ("tenant:notice:queued", {"kind": "child", "subject": "rec_1", "cause": "tenant_flag"}),
        ("tenant:notice:sent", {"kind": "child"}),
    ]


def test_a_notice_is_neither_changed_nor_removed_and_belongs_to_its_tenant(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add(tx)
    with database.transaction(other.id) as tx:
        assert list_notices(tx) == ()
    for statement in ("delete from earmark.notices_to_tenant", "update earmark.notices_to_tenant set cause = 'x'"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(statement))
