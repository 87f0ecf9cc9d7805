from __future__ import annotations

from sqlalchemy import insert

from pipeline.store.tables_telephony import wordings
from pipeline.store.tenants import get_tenant
from pipeline.store.wordings import list_wordings


def test_the_newest_version_is_in_force_and_one_without_words_takes_it_back(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        for script, version, words in (("announce", 1, "One."), ("announce", 2, "Two."), ("ask_record", 1, "Gone.")):
            _add(tx, script, version, words)
        _add(tx, "ask_record", 2, None)
        assert list_wordings(tx) == {"announce:en-US": "Two."}
        assert get_tenant(tx, keys=keys).wordings == {"announce:en-US": "Two."}


def _add(tx, script: str, version: int, words: str | None) -> None:
    row = {"script_id": script, "locale": "en-US", "version": version, "wording": words, "actor": "test", "at": tx.now}
    tx.connection.execute(insert(wordings).values(tenant=tx.tenant, **row))
