from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.tenants import get_tenant
from pipeline.store.wordings import add_wording, list_texts, list_versions, list_wordings, newest_wording


def add(tx, script: str, words: str | None, locale: str = "en-US"):
    return add_wording(tx, script, locale, wording=words, sha256="0" * 64 if words else None, actor="test")


def test_the_newest_version_is_in_force_and_one_without_words_takes_it_back(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        for script, words in (
            ("announce", "One."),
            ("announce", "Two."),
            ("ask_record", "Gone."),
            ("ask_record", None),
        ):
            add(tx, script, words)
        assert list_wordings(tx) == {"announce:en-US": "Two."}
        assert get_tenant(tx, keys=keys).wordings == {"announce:en-US": "Two."}


def test_versions_count_up_by_script_and_locale_and_all_are_kept(database, tenant):
    with database.transaction(tenant.id) as tx:
        for script, locale, words in (
            ("announce", "en-US", "A."),
            ("announce", "de-DE", "B."),
            ("announce", "en-US", None),
        ):
            add(tx, script, words, locale)
        assert [(v.locale, v.version, v.wording) for v in list_versions(tx)] == [
            ("de-DE", 1, "B."),
            ("en-US", 1, "A."),
            ("en-US", 2, None),
        ]
        assert [v.version for v in list_versions(tx, locale="de-DE")] == [1]
        assert newest_wording(tx, "announce", "en-US").wording is None
        assert newest_wording(tx, "goodbye_fallback", "en-US") is None


def test_a_change_of_words_is_a_change_of_the_tenant(database, tenant):
    def version(tx) -> int:
        return tx.connection.execute(text("select version from earmark.tenants")).scalar()

    with database.transaction(tenant.id) as tx:
        before = version(tx)
        add(tx, "announce", "One.")
        assert version(tx) == before + 1


def test_two_at_once_get_two_versions(database, tenant):
    def add_one() -> None:
        with database.transaction(tenant.id) as tx:
            add(tx, "announce", "One.")

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(tenant.id) as tx:
        assert [v.version for v in list_versions(tx)] == [1, 2, 3, 4]


def test_the_app_cannot_change_words_that_were_in_force(database, tenant):
    with database.transaction(tenant.id) as tx:
        add(tx, "announce", "One.")
    for statement in ("update earmark.wordings set wording = 'Two.'", "delete from earmark.wordings"):
        with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(statement))


def test_every_text_that_was_ever_in_force_is_given_newest_first(database, tenant):
    with database.transaction(tenant.id) as tx:
        add(tx, "announce", "One.")
        add(tx, "announce", None)
        add(tx, "announce", "Three.")
        assert list_texts(tx) == {"announce:en-US": [("3", "Three."), ("1", "One.")]}
