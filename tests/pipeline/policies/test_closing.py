from __future__ import annotations

from datetime import date

import pytest

from pipeline.policies.closing import KEY_LEAD_DAYS, plan_of
from pipeline.policies.loader import list_policies, load_bundle


@pytest.mark.parametrize("policy", list_policies())
def test_the_days_of_a_closure_ascend_and_leave_the_keeper_of_keys_its_time(policy):
    plan = plan_of(date(2026, 11, 21), load_bundle(policy))
    days = [plan.closed_on, plan.vendor_by, plan.purge_on, plan.key_by, plan.proof_by]
    assert days == sorted(days)
    assert (plan.proof_by - plan.key_by).days >= KEY_LEAD_DAYS
    assert [(day - plan.closed_on).days for day in days] == [0, 50, 80, 83, 90]
