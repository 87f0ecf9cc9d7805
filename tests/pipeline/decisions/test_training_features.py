from __future__ import annotations

import pytest

from pipeline.decisions.training_features import disable, enable
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.store.training_features import find_feature


@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
def test_a_feature_is_switched_on_and_off_by_somebody_for_a_reason(line) -> None:
    with line.tx() as tx:
        enable(tx, "greeting", actor="user:1", reason="contract of 3 May")
        assert find_feature(tx) == "greeting"
        disable(tx, "greeting", actor="user:2", reason="ended")
        assert find_feature(tx) is None
    assert line.events("training:feature:enabled") == [{"why": "contract of 3 May"}]
    assert line.events("training:feature:disabled") == [{"why": "ended"}]


def test_there_is_one_feature_at_a_time_and_only_that_one_is_switched_off(line) -> None:
    with line.tx() as tx:
        enable(tx, "greeting", actor="u", reason="r")
        for feature in ("greeting", "routing"):
            with pytest.raises(Conflict):
                enable(tx, feature, actor="u", reason="r")
        with pytest.raises(Conflict):
            disable(tx, "routing", actor="u", reason="r")
        assert find_feature(tx) == "greeting"


@pytest.mark.parametrize(("feature", "reason"), [("", "r"), ("Greeting!", "r"), ("x" * 64, "r"), ("greeting", " ")])
def test_what_is_no_feature_or_has_no_reason_is_refused(line, feature: str, reason: str) -> None:
    with line.tx() as tx:
        for act in (enable, disable):
            with pytest.raises(InvalidInput):
                act(tx, feature, actor="u", reason=reason)
        assert find_feature(tx) is None
