from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline.model.settings_draft import Draft, DraftChanges, DraftState
from pipeline.store.settings_drafts import add_draft, find_own_draft, list_drafts, lock_draft, replace_draft


@pytest.fixture
def draft(clock) -> Draft:
    return Draft(
        id="sdr_1", state=DraftState.DRAFT, revision=1, based_on=1, created_by="user:ada", editors=("user:ada",),
        changes=DraftChanges(settings={"voicemail_s": 60}, secrets={"auth_token": "canary"}),
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip


def test_a_draft_is_read_as_it_was_kept_and_stands_sealed(database, tenant, keys, draft):
    with database.transaction(tenant.id) as tx:
        add_draft(tx, draft, keys=keys)
        assert lock_draft(tx, "sdr_1", keys=keys) == draft
        raw = tx.connection.execute(text("select * from earmark.settings_drafts")).one()
    assert "canary" not in str(raw) + str(bytes(raw.sealed))
    assert b"voicemail" not in bytes(raw.sealed)


def test_each_person_has_one_draft_at_a_time(database, tenant, keys, draft):
    with database.transaction(tenant.id) as tx:
        add_draft(tx, draft, keys=keys)
        add_draft(tx, replace(draft, id="sdr_2", created_by="user:ben"), keys=keys)
    with pytest.raises(IntegrityError), database.transaction(tenant.id) as tx:
        add_draft(tx, replace(draft, id="sdr_3"), keys=keys)


def test_a_change_is_the_next_revision_and_a_decided_draft_keeps_no_secret(database, tenant, keys, draft):
    with database.transaction(tenant.id) as tx:
        add_draft(tx, draft, keys=keys)
        kept = replace_draft(tx, replace(draft, state=DraftState.SUBMITTED), keys=keys)
        assert (kept.revision, lock_draft(tx, "sdr_1", keys=keys).changes.secrets) == (2, {"auth_token": "canary"})
        over = replace(kept, state=DraftState.REJECTED, decided_by="user:ben", decided_at=tx.now)
        replace_draft(tx, over, keys=keys, reason="no")
        assert lock_draft(tx, "sdr_1", keys=keys).changes.secrets == {"auth_token": ""}
        assert find_own_draft(tx, "user:ada", keys=keys) is None
        assert [d.id for d in list_drafts(tx, keys=keys, states=[DraftState.REJECTED])] == ["sdr_1"]
        assert list_drafts(tx, keys=keys, states=[DraftState.DRAFT]) == ()
