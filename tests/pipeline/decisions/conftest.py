"""One tenant's line with scripted vendors."""

from __future__ import annotations

import pytest

from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    """A tenant under the Nejix policy that records and transcribes."""
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
