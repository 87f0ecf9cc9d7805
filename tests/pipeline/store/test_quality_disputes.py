from __future__ import annotations

import pytest

from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted
from pipeline.model.quality import Findings, Verdict
from pipeline.model.second_reading import NOTHING_COMPARED
from pipeline.store.quality_disputes import read_dispute
from pipeline.store.quality_readings import mark_done, take_reading
from pipeline.store.quality_samples import mark_disputed
from tests.pipeline.store.test_quality_samples import drawn


def test_a_third_person_sees_both_and_nobody_else_sees_either(database, tenant, keys):
    found = [Findings(verdicts=(verdict,)) for verdict in (Verdict.PERSONAL, Verdict.UNSURE)]
    with database.transaction(tenant.id) as tx:
        sample = drawn(tx, has_second=True)
        for who, theirs in zip(("user:1", "user:2"), found, strict=True):
            mark_done(tx, take_reading(tx, who).id, theirs, keys=keys)
        with pytest.raises(IllegalTransition):
            read_dispute(tx, sample, "user:3", keys=keys)
        mark_disputed(tx, sample, NOTHING_COMPARED)
        assert read_dispute(tx, sample, "user:3", keys=keys)[1] == tuple(found)
        with pytest.raises(NotPermitted):
            read_dispute(tx, sample, "user:2", keys=keys)
        with pytest.raises(NotFound):
            read_dispute(tx, "qsm_none", "user:3", keys=keys)
