from __future__ import annotations

from sqlalchemy import text

from pipeline.store.inbox import add_message


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
