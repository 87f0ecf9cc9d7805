from __future__ import annotations

import pytest

from pipeline.bootstrap import open_base
from pipeline.bootstrap.desk import desk_context
from pipeline.model.errors import InvalidInput
from pipeline.settings import read_settings
from tests.conftest import APP_ROLE
from tests.roles import variables


@pytest.fixture
def base(postgres, database_name, tmp_path, monkeypatch):
    for name, value in variables(postgres.url(database_name, user=APP_ROLE)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path / "data"))
    with open_base(read_settings()) as opened:
        yield opened


def test_a_desk_has_the_law_and_the_vault_and_hears_nothing(base):
    context = desk_context(base)
    assert context.vault is base.vault
    assert context.bundles("nejix").id == "nejix"
    assert context.transcribers == {}
    with pytest.raises(InvalidInput):
        context.listener.transcribe(b"", language="en")
    with pytest.raises(AttributeError):
        context.detector.version = "another"
