from __future__ import annotations

import pytest

from pipeline.model.correction import Correction, plain_corrections, read_corrections
from pipeline.model.errors import InvalidInput


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "x",
        [{"turn": 1}],
        [{"turn": "1", "text": "x"}],
        [{"turn": True, "text": "x"}],
        [{"turn": 1, "text": " "}],
        [{"turn": 1, "text": "x" * 2001}],
        [{"turn": 1, "text": "x", "more": 1}],
        [{"turn": 1, "text": "x"}] * 2,
        [{"turn": n, "text": "x"} for n in range(201)],
        [7],
    ],
)
def test_corrections_of_another_shape_are_refused(document):
    with pytest.raises(InvalidInput):
        read_corrections(document)


def test_corrections_are_read_with_single_spaces():
    made = read_corrections([{"turn": 3, "text": " a\n b "}])
    assert made == (Correction(turn=3, text="a b"),)
    assert read_corrections(plain_corrections(made)) == made
