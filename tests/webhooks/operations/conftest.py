from __future__ import annotations

import pytest

from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.webhooks.operations.desk import Desk, a_desk


@pytest.fixture
def desk(database, tenant, tmp_path) -> Desk:
    return a_desk(Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path))
