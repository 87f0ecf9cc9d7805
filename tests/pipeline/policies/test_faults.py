from __future__ import annotations

from datetime import date

import pytest

from pipeline.policies.faults import read_with_faults
from pipeline.policies.loader import load_bundle
from pipeline.policies.publishable import begin_next
from tests.pipeline.policies.variants import shelf_of

WHOLE = begin_next(shelf_of(load_bundle("nejix")), today=date(2027, 1, 1))


def line_of(text: str, part: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), 1) if line.startswith(part))


def test_a_whole_policy_has_no_fault():
    bundle, faults = read_with_faults(WHOLE)
    assert (bundle is not None and bundle.id, faults) == ("nejix", ())


def test_every_fault_is_told_with_its_line_and_never_with_the_value_that_is_wrong():
    text = WHOLE.replace("id: nejix", "id: CANARY here").replace("minors:", "majors:")
    bundle, faults = read_with_faults(text)
    found = {fault.path: fault for fault in faults}
    assert bundle is None
    assert found["id"].line == 1
    assert (found["majors"].line, found["majors"].says) == (line_of(text, "majors:"), "there is nothing of this name")
    assert (found["minors"].line, found["minors"].says) == (0, "it is missing")
    assert "CANARY" not in str(faults)


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\na: 2\n", 2), ("a: [", 1), ("- a", 0), ("", 0), ("a: !!python/name:os.system", 1)]
)
def test_what_is_no_yaml_is_one_fault(text, line):
    bundle, (fault,) = read_with_faults(text)
    assert (bundle, fault.path, fault.line) == (None, "", line)
