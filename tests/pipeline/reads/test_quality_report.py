from __future__ import annotations

import json
from datetime import timedelta

from pipeline.model.draw import EVERY
from pipeline.model.entity import EntityType
from pipeline.reads.quality_report import read_results, to_document
from tests.conftest import make_tenant
from tests.quality import ADA, BEN, published, read_as, set_to


def results(line, **moved):
    with line.tx() as tx:
        return read_results(tx, since=tx.now - timedelta(days=1), until=tx.now + timedelta(days=1))


def test_a_period_is_told_with_its_intervals_and_says_that_it_is_not_enough(line):
    set_to(line, second=EVERY)
    published(line)
    published(line)
    read_as(line, ADA, missed=EntityType.PIN)
    read_as(line, BEN, missed=EntityType.PIN)
    found = to_document(results(line))
    assert json.loads(json.dumps(found)) == found
    assert (found["samples"], found["second_rate"]) == ({"drawn": 2, "read": 1, "now": {"open": 1}}, 1)
    leak = found["over_all"]["leak"]
    assert (leak["part"], leak["whole"], leak["is_enough"]) == (1, 3, False)
    assert 0 < leak["low"] < leak["value"] < leak["high"] < 1
    assert found["by_type"]["PIN"]["leak"]["value"] == 1
    assert found["by_type"]["PERSON"]["precision"]["value"] == 1
    assert found["readers"]["words"]["kappa"] == 1
    assert found["readers"]["entities"]["kappa"] is None
    assert (found["readers"]["calls"], found["readers"]["disputed"]) == (1, 0)


def test_a_tenant_sees_its_own_alone(line, database):
    set_to(line)
    published(line)
    other = make_tenant(database, line.context.vault.keys, "other")
    with database.transaction(other.id) as tx:
        found = read_results(tx, since=tx.now - timedelta(days=1), until=tx.now + timedelta(days=1))
    assert (found.report.drawn, found.report.read, found.states) == (0, 0, {})
    assert found.report.over_all.leak.value is None
