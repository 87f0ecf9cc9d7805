from __future__ import annotations

import pytest

from pipeline.bootstrap.unloaded import Unloaded
from pipeline.model.errors import InvalidInput


def test_what_is_not_loaded_refuses_to_hear_and_to_detect():
    with pytest.raises(InvalidInput):
        Unloaded().transcribe(b"", language="en")
    with pytest.raises(InvalidInput):
        Unloaded().detect(None, profile=None)
    assert Unloaded().capabilities.languages == ()
