from __future__ import annotations

from pipeline.store.tables_api import api_allowances, api_answers


def test_every_table_has_a_tenant_and_nothing_in_the_clear_of_what_was_asked():
    for table in (api_allowances, api_answers):
        assert not table.c.tenant.nullable
    assert {c.name for c in api_answers.c} == {
        "id", "tenant", "key_id", "name_sha256", "request_sha256", "status", "sealed", "at",
    }  # fmt: skip
