from __future__ import annotations

import pytest

from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.purge import Ground, Item, ItemKind, PurgeState, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.store.purge_pages import count_items, read_purges
from pipeline.store.purges import add_items, finish, open_purge
from tests.conftest import make_tenant

GROUND = Ground(
    cause=RetentionBasis.DELETION_REQUEST, clause=Clause(document="nejix", section="7", key="delete your data")
)


def test_the_newest_comes_first_and_a_page_goes_on(database, tenant, clock, keys):
    made = []
    for number in range(5):
        clock.move(seconds=number % 2)  # two of one moment
        with database.transaction(tenant.id) as tx:
            made.append(open_purge(tx, Subject(kind="recording", id=f"rec_{number}"), GROUND))
    with database.transaction(tenant.id) as tx:
        finish(tx, made[0])
        first = read_purges(tx, limit=3)
        second = read_purges(tx, after=first.after, limit=3)
        assert (len(first.purges), len(second.purges), second.after) == (3, 2, None)
        shown = [one.asked_at for one in (*first.purges, *second.purges)]
        assert shown == sorted(shown, reverse=True)
        assert {one.id for one in (*first.purges, *second.purges)} == {one.id for one in made}
        assert [one.id for one in read_purges(tx, state=PurgeState.DONE).purges] == [made[0].id]
    with database.transaction(make_tenant(database, keys, "other").id) as tx:
        assert read_purges(tx).purges == ()
        with pytest.raises(NotFound):
            read_purges(tx, after=made[0].id)


def test_what_belongs_to_a_purge_is_counted_by_how_far_it_is(database, tenant):
    with database.transaction(tenant.id) as tx:
        purge = open_purge(tx, Subject(kind="recording", id="rec_1"), GROUND)
        add_items(tx, purge, [Item(kind=ItemKind.OBJECT, target=f"art_{n}") for n in range(3)])
        add_items(tx, purge, [Item(kind=ItemKind.VENDOR, target="RE1")])
        assert count_items(tx, purge.id) == {("object", "doomed"): 3, ("vendor", "doomed"): 1}
