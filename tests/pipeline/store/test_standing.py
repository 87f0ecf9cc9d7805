from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.audit import AuditTag
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails
from pipeline.model.tenant_notice import NoticeKind
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.audit import add_event
from pipeline.store.reconciliations import add_reconciliation
from pipeline.store.standing import find_any_tenant, read_standing
from pipeline.store.tenant_notices import add_notice
from tests.builders import a_call, a_recording, an_artifact_row
from tests.conftest import make_tenant
from tests.pipeline.store.test_checkpoints import ONE, add_checkpoint
from tests.pipeline.store.test_due import put

ONE_DAY = timedelta(days=1)


def test_nothing_stands_open_where_there_is_nobody(database, clock):
    found = read_standing(database, now=clock.now())
    assert (found.due, found.overdue, found.notices, found.uncompared, found.unsigned_s) == (0, 0, 0, 0, 0)
    assert set(found.requests.values()) == {0}
    assert find_any_tenant(database) == ()


def test_the_oldest_entry_beyond_a_checkpoint_is_counted_over_all_tenants(database, keys, clock):
    make_tenant(database, keys)
    clock.move(hours=5)
    make_tenant(database, keys, "bravo")
    assert read_standing(database, now=clock.now()).unsigned_s == 5 * 3600
    with database.transaction("acme") as tx:
        last = tx.connection.execute(text("select max(seq) from earmark.audit_events where tenant = 'acme'")).scalar()
        add_checkpoint(tx, replace(ONE, checkpoint=replace(ONE.checkpoint, seq=last)))
    clock.move(hours=1)
    assert read_standing(database, now=clock.now()).unsigned_s == 3600  # a checkpoint is no news; bravo's entries are
    with database.transaction("acme") as tx:
        add_event(tx, AuditTag.TENANT_CHANGED, actor="test", target="acme", facts={})
    assert read_standing(database, now=clock.now()).unsigned_s == 3600
    assert find_any_tenant(database) in ((("acme"),), (("bravo"),))


def test_open_requests_are_counted_by_how_near_their_day_is(database, tenant, clock, keys):
    who = Identifier(kind=IdentifierKind.NUMBER, value="+12125550100")
    ask = Ask(kind=RequestKind.ACCESS, details=SubjectDetails(identifiers=(who,)), channel="cli")
    with database.transaction(tenant.id) as tx:
        bundle, matrix = load_bundle(tenant.policy_id), load_law().matrix
        due = open_request(tx, ask, bundle=bundle, matrix=matrix, keys=keys, actor="test").request.deadline
    days = {"first_half": due.half_on - ONE_DAY, "second_half": due.half_on, "last_sixth": due.late_on}
    for clock_says, day in (days | {"overdue": due.due_on + ONE_DAY}).items():
        counted = read_standing(database, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC)).requests
        assert [name for name, many in counted.items() if many] == [clock_says]


def test_what_must_go_and_what_was_not_told_is_counted(database, tenant, clock, keys):
    today = clock.now().date()
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
        for until, disposition in ((today, "due"), (today - ONE_DAY, "due"), (today - ONE_DAY, "held")):
            put(tx, an_artifact_row(tx, recording), until=until, disposition=disposition)
        add_notice(tx, next(iter(NoticeKind)), subject=("tenant", tenant.id), cause="test")
    found = read_standing(database, now=clock.now())
    assert (found.due, found.overdue, found.notices) == (1, 1, 1)


def test_a_tenant_that_was_not_compared_for_three_hours_is_counted(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        add_reconciliation(tx, since=tx.now, counts={})
    assert read_standing(database, now=clock.now() + timedelta(hours=3)).uncompared == 0
    assert read_standing(database, now=clock.now() + timedelta(hours=4)).uncompared == 1
