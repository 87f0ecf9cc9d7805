from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import EXTENSIONS, ExportRefusal, RecallCause, member_name, scope_of
from pipeline.model.decision import TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.errors import InvalidInput
from pipeline.model.retention import ENDINGS


def test_a_scope_is_of_exactly_one_instance_or_feature_or_of_none() -> None:
    assert str(scope_of(TrainingScope.OWN_INSTANCE, instance="a", feature=None)) == "own_instance:a"
    assert str(scope_of(TrainingScope.TENANT_FEATURE, instance=None, feature="f")) == "tenant_feature:f"
    assert str(scope_of(TrainingScope.VENDOR_MODELS, instance=None, feature=None)) == "vendor_models"


@pytest.mark.parametrize(
    ("scope", "instance", "feature"),
    [
        (TrainingScope.OWN_INSTANCE, None, None),
        (TrainingScope.OWN_INSTANCE, " ", None),
        (TrainingScope.OWN_INSTANCE, "a", "f"),
        (TrainingScope.OWN_INSTANCE, None, "f"),
        (TrainingScope.TENANT_FEATURE, "a", None),
        (TrainingScope.TENANT_FEATURE, None, ""),
        (TrainingScope.VENDOR_MODELS, "a", None),
        (TrainingScope.VENDOR_MODELS, None, "f"),
        (TrainingScope.NONE, "a", None),
    ],
)
def test_a_scope_that_does_not_fit_its_limit_is_refused(scope, instance, feature) -> None:
    with pytest.raises(InvalidInput):
        scope_of(scope, instance=instance, feature=feature)


def test_the_files_of_a_row_are_named_in_the_order_in_which_they_are_written() -> None:
    names = [member_name("000000001", kind) for kind in EXTENSIONS]
    assert names == sorted(names)
    assert member_name("7", ArtifactKind.RECORDING_REDACTED) == "7.wav"


def test_no_word_is_used_twice_for_why_something_is_not_exported() -> None:
    assert not {code.value for code in ExportRefusal} & {code.value for code in ReasonCode}


def test_whatever_ends_a_recording_recalls_it() -> None:
    assert {basis.value for basis in ENDINGS} <= {cause.value for cause in RecallCause}
