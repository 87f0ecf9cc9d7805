from __future__ import annotations

from sqlalchemy import text

from pipeline.store.inbox import add_message, has_message
from tests.conftest import make_tenant


def test_a_message_is_new_once_and_kept_once(database, tenant):
    def add() -> bool:
        with database.transaction(tenant.id) as tx:
            return add_message(tx, provider="twilio", event_id="RE1:completed", body={"status": "completed"})

    assert [add(), add(), add()] == [True, False, False]
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select count(*) from earmark.inbox")).scalar() == 1


def test_messages_that_differ_in_anything_that_names_them_are_all_kept(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert add_message(tx, provider="twilio", event_id="RE1:completed", body={})
        assert add_message(tx, provider="twilio", event_id="RE1:in-progress", body={})
        assert add_message(tx, provider="deepgram", event_id="RE1:completed", body={})


def test_a_message_is_here_for_its_own_tenant_and_provider_alone(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add_message(tx, provider="twilio", event_id="RE1:completed", body={})
        assert has_message(tx, provider="twilio", event_id="RE1:completed")
        assert not has_message(tx, provider="deepgram", event_id="RE1:completed")
    with database.transaction(other.id) as tx:
        assert not has_message(tx, provider="twilio", event_id="RE1:completed")
