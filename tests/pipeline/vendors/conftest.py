from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def as_somebody_else(tmp_path: Path) -> Iterator[None]:
    """Run the test as a user who may not open `tmp_path`."""
    if os.geteuid() == 0:
        tmp_path.chmod(0o700)
        os.seteuid(NOBODY)
        yield
        os.seteuid(0)
    else:
        tmp_path.chmod(0)
        yield
        tmp_path.chmod(0o700)
