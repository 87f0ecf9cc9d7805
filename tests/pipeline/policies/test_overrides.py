from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_bundle
from pipeline.policies.overrides import check_retention_days
from tests.pipeline.policies.variants import variant

NEJIX = load_bundle("nejix")


@pytest.mark.parametrize("days", [1, 90, 365])
def test_a_period_inside_the_limits_may_be_set(days: int) -> None:
    check_retention_days({"recording.original": days, "transcript.redacted": 36_500}, [NEJIX])


@pytest.mark.parametrize("days", [0, 366, 10_000])
def test_a_period_outside_the_limits_is_refused_with_them(days: int) -> None:
    with pytest.raises(InvalidInput, match=f"1 to 365 days under nejix {NEJIX.version}, not {days}"):
        check_retention_days({"recording.original": days}, [NEJIX])


def test_every_version_that_is_announced_must_allow_it() -> None:
    later = variant("nejix", {"retention/recording.original/tenant_max_days": 100})
    check_retention_days({"recording.original": 100}, [NEJIX, later])
    with pytest.raises(InvalidInput, match=f"under nejix {later.version}"):
        check_retention_days({"recording.original": 101}, [NEJIX, later])


def test_a_kind_without_a_longest_period_says_so() -> None:
    with pytest.raises(InvalidInput, match="1 or more"):
        check_retention_days({"transcript.redacted": 0}, [NEJIX])
