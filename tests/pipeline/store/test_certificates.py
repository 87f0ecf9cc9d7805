from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import NotFound
from pipeline.store import certificates as store


def test_parts_and_editions_are_kept_and_the_newest_is_given(database, tenant):
    with database.transaction(tenant.id) as tx:
        first = store.Certificate(
            id="purge_1-1-1",
            purge="purge_1",
            edition=1,
            part=1,
            parts=1,
            kid="k",
            sha256="0" * 64,
            statement="a.b.c",
            signed_at=tx.now,
        )
        assert store.next_edition(tx, "purge_1") == 1
        assert store.add_certificate(tx, first)
        assert not store.add_certificate(tx, first)
        second = replace(first, id="purge_1-2-1", edition=2)
        assert store.add_certificate(tx, second)
        assert store.next_edition(tx, "purge_1") == 3
        assert store.list_newest(tx, "purge_1") == (second,)
        assert store.list_certificates(tx) == (first, second)
        with pytest.raises(NotFound):
            store.list_newest(tx, "purge_none")
