from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.api_keys import make_key, revoke_key, rotate_key
from pipeline.model.api_key import Scope, read_key
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound
from pipeline.store.api_keys import list_keys
from pipeline.store.audit import list_events
from pipeline.store.system_session import find_holder

ADA = "user:ada"
READS = {Scope.RECORDINGS_READ}
YEAR = timedelta(days=365)


@pytest.fixture
def opens(database, clock):
    def asked(text: str):
        return find_holder(database, *read_key(text), now=clock.now())

    return asked


def make(database, tenant, label="crm", scopes=READS, lasts=YEAR):
    with database.transaction(tenant.id) as tx:
        return make_key(tx, label, scopes, lasts=lasts, actor=ADA)


def test_a_key_opens_what_its_scopes_say_until_its_day(database, tenant, clock, opens):
    made = make(database, tenant, lasts=timedelta(days=30))
    assert (opens(made.text).tenant, opens(made.text).scopes) == (tenant.id, READS)
    clock.move(days=30)
    assert opens(made.text) is None


def test_the_log_names_a_key_and_its_scopes_and_never_its_secret(database, tenant):
    made = make(database, tenant, scopes=[Scope.AUDIT_READ, Scope.CALLS_READ])
    with database.transaction(tenant.id) as tx:
        (event,) = list_events(tx, target=made.id)
        assert made.sha256 not in str(event)
        assert made.text.rpartition("_")[2] not in str(event) + str(list_keys(tx))
    assert event.entry.facts["scopes"] == "audit:read,calls:read"


def test_both_keys_open_during_the_overlap_and_then_only_the_new_one(database, tenant, clock, opens):
    old = make(database, tenant)
    clock.move(days=10)
    with database.transaction(tenant.id) as tx:
        new = rotate_key(tx, old.id, overlap=timedelta(hours=24), actor=ADA)
    assert opens(old.text).scopes == opens(new.text).scopes == READS
    clock.move(hours=24)
    assert opens(old.text) is None
    assert opens(new.text) is not None
    with database.transaction(tenant.id) as tx:
        assert {k.replaces for k in list_keys(tx)} == {None, old.id}


def test_without_an_overlap_the_old_key_ends_at_once(database, tenant, opens):
    old = make(database, tenant)
    with database.transaction(tenant.id) as tx:
        rotate_key(tx, old.id, overlap=timedelta(0), actor=ADA)
    assert opens(old.text) is None


def test_a_revoked_key_opens_nothing_and_cannot_be_rotated(database, tenant, opens):
    made = make(database, tenant)
    with database.transaction(tenant.id) as tx:
        revoke_key(tx, made.id, actor=ADA)
        for act in (
            lambda: revoke_key(tx, made.id, actor=ADA),
            lambda: rotate_key(tx, made.id, overlap=YEAR / 100, actor=ADA),
        ):
            with pytest.raises(IllegalTransition):
                act()
    assert opens(made.text) is None


@pytest.mark.parametrize(
    ("label", "scopes", "lasts"),
    [("crm", [], YEAR), ("crm", READS, timedelta(0)), ("crm", READS, YEAR * 3), ("Not A Label", READS, YEAR)],
)
def test_a_key_without_scope_end_or_name_is_not_made(database, tenant, label, scopes, lasts):
    with pytest.raises(InvalidInput):
        make(database, tenant, label, scopes, lasts)


def test_too_long_an_overlap_and_a_key_of_nobody_are_refused(database, tenant):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(InvalidInput):
            rotate_key(tx, "key_x", overlap=timedelta(days=15), actor=ADA)
        with pytest.raises(NotFound):
            revoke_key(tx, "key_x", actor=ADA)
