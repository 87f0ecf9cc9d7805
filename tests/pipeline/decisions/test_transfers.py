from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.transfers import record_notice, require_notice
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.store.audit import list_events

HOLDINGS = "Canary Holdings"


class Sale:
    """A tenant whose business is sold; days are counted from today."""

    def __init__(self, database, tenant, keys, clock) -> None:
        self.database, self.tenant, self.keys, self.clock = database, tenant, keys, clock

    def tx(self):
        return self.database.transaction(self.tenant.id)

    def record(self, *, told: int, goes: int, controller: str = HOLDINGS, sha256: str = "a" * 64):
        today = self.clock.now().date()
        with self.tx() as tx:
            return record_notice(
                tx, controller, notified_on=today + timedelta(days=told), transfer_on=today + timedelta(days=goes),
                notice_sha256=sha256, keys=self.keys, actor="user:1",
            )  # fmt: skip

    def require(self, controller: str = HOLDINGS):
        with self.tx() as tx:
            return require_notice(tx, controller, keys=self.keys, actor="user:1")


@pytest.fixture
def sale(database, tenant, keys, clock) -> Sale:
    return Sale(database, tenant, keys, clock)


@pytest.mark.clause("nejix", "3", "before your data is transferred")
@pytest.mark.clause("connekz", "3", "For legal reasons, safety, or business transfers")
def test_nothing_goes_to_a_new_controller_without_a_notice_of_it(sale, clock):
    with pytest.raises(NotPermitted, match="no notice"):
        sale.require()
    made = sale.record(told=0, goes=30)
    clock.move(days=29)
    with pytest.raises(NotPermitted):
        sale.require()
    clock.move(days=1)
    assert sale.require() == made
    with pytest.raises(NotPermitted):
        sale.require("Somebody Else")
    with sale.tx() as tx:
        told = [(e.entry.tag, e.entry.actor) for e in list_events(tx, target=made.id)]
        assert "anary" not in str(list(list_events(tx)))
    assert told == [("transfer:notice:noted", "user:1"), ("transfer:export:allowed", "user:1")]


@pytest.mark.clause("nejix", "3", "before your data is transferred")
@pytest.mark.clause("connekz", "3", "For legal reasons, safety, or business transfers")
def test_a_notice_that_is_dated_back_on_the_day_of_the_transfer_allows_nothing_that_day(sale, clock):
    sale.record(told=-30, goes=0)
    with pytest.raises(NotPermitted):
        sale.require()
    clock.move(days=1)
    assert sale.require()


@pytest.mark.parametrize(
    "given",
    [
        {"told": 1, "goes": 30},
        {"told": 0, "goes": 0},
        {"told": -1, "goes": -2},
        {"told": 0, "goes": 30, "controller": " "},
        {"told": 0, "goes": 30, "controller": "a\nb"},
        {"told": 0, "goes": 30, "controller": "a" * 201},
        {"told": 0, "goes": 30, "sha256": "abc"},
    ],
)
def test_what_was_not_given_before_is_no_notice(sale, given):
    with pytest.raises(InvalidInput):
        sale.record(**given)
