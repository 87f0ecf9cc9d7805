from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.store.quality_readings import take_reading
from tests.pipeline.store.test_quality_samples import drawn


@pytest.mark.parametrize(
    "statement",
    [
        "delete from earmark.quality_samples",
        "delete from earmark.quality_readings",
        "delete from earmark.quality_rates",
        "update earmark.quality_samples set rate = 1",
        "update earmark.quality_samples set has_second = true",
        "update earmark.quality_readings set reader = 'user:2'",
        "update earmark.quality_readings set part = 'second'",
        "update earmark.quality_samples set state = 'finished'",
        "update earmark.quality_readings set state = 'done'",
        "update earmark.quality_samples set settled_by = 'user:3'",
    ],
)
def test_what_was_drawn_or_assigned_is_never_changed_and_nothing_is_done_without_findings(database, tenant, statement):
    with database.transaction(tenant.id) as tx:
        drawn(tx)
        take_reading(tx, "user:1")
    with pytest.raises(DBAPIError), database.transaction(tenant.id) as tx:
        tx.connection.exec_driver_sql(statement)
