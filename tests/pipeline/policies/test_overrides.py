from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_bundle, load_law
from pipeline.policies.overrides import check_regulated, check_retention_days
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


@pytest.mark.parametrize(
    ("places", "evidence", "says"),
    [
        (["HU"], [], "nothing is on file .* in HU"),
        (["HU", "BR"], ["HU: file 9"], "nothing is on file .* in BR"),
        (["HU"], ["HU:   "], "evidence is written"),
        (["HU"], ["file 9"], "evidence is written"),
        (["FR"], ["FR: file 9"], "regulated in some of: HU, PT, BR"),
        (["HU", "HU"], ["HU: file 9"], "each once"),
    ],
)
def test_a_service_is_regulated_only_where_such_a_law_is_known_and_something_shows_it(places, evidence, says) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        check_regulated(places, evidence, load_law().matrix)
    assert "9" not in str(refused.value)


def test_what_is_on_file_may_name_more_places_than_are_regulated() -> None:
    check_regulated(["BR"], ["BR: Anatel 3", "HU: file 9"], load_law().matrix)
    check_regulated([], [], load_law().matrix)
