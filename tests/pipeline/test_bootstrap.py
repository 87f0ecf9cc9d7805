from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.bootstrap import open_base, open_web
from pipeline.model.errors import InvalidInput, StoreUnreachable
from pipeline.settings import read_settings
from pipeline.store.condition import read_condition
from pipeline.store.system_session import list_tenants
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.kms import KmsKeys
from pipeline.vendors.kms_tenants import KmsTenantKeys
from pipeline.vendors.s3 import S3Artifacts
from pipeline.vendors.s3_tenants import S3TenantArtifacts
from tests.conftest import APP_ROLE
from tests.roles import variables


@pytest.fixture
def folder() -> Iterator[Path]:
    """For root the embedded database runs as another user: not in pytest's own folder."""
    made = Path(tempfile.mkdtemp(prefix="earmark-bootstrap-"))
    yield made
    shutil.rmtree(made)


def test_the_embedded_default_is_migrated_and_can_be_opened_again(folder: Path) -> None:
    settings = read_settings(data_dir=folder / "data")
    for _ in range(2):
        with open_base(settings) as base:
            condition = read_condition(base.database)
            assert (condition.missing, condition.unforced, condition.powers) == ((), (), ())
            assert list_tenants(base.database) == ()
            assert isinstance(base.vault.objects, FileArtifacts)
            assert isinstance(base.keys, FileKeys)
        assert not (folder / "data" / "postgres" / "postmaster.pid").exists()


def test_a_database_of_ones_own_is_migrated_only_where_its_owner_is_named(
    postgres: EmbeddedPostgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"own_{folder.name[-6:].lower()}"
    postgres.create_database(name)
    monkeypatch.setenv("EARMARK_DATA_DIR", str(folder))
    for variable, value in variables(postgres.url(name, user=APP_ROLE)).items():
        monkeypatch.setenv(variable, value)
    with open_base(read_settings()) as base:
        assert "tenants.tenant" in read_condition(base.database).missing
    monkeypatch.setenv("EARMARK_DATABASE__OWNER_URL", postgres.url(name))
    with open_base(read_settings()) as base:
        assert read_condition(base.database).missing == ()


def test_an_owner_that_cannot_be_reached_is_unreachable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql+psycopg://owner:hunter2@/x?host={folder}"
    for name, value in variables(url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EARMARK_DATABASE__OWNER_URL", url)
    with pytest.raises(StoreUnreachable) as told, open_base(read_settings(data_dir=folder / "data")):
        pass
    assert "hunter2" not in str(told.value)


def test_a_database_of_ones_own_is_reached_by_the_address_of_each_role_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql+psycopg://earmark_app:hunter2@/x?host={folder}"
    monkeypatch.setenv("EARMARK_DATABASE__URL", url)
    with pytest.raises(InvalidInput, match="EARMARK_DATABASE__SYSTEM_URL"), open_base(read_settings(data_dir=folder)):
        pass
    monkeypatch.setenv("EARMARK_DATABASE__SYSTEM_URL", url)
    with pytest.raises(InvalidInput, match="the same role") as told, open_base(read_settings(data_dir=folder)):
        pass
    assert "hunter2" not in str(told.value)


@pytest.fixture
def elsewhere(postgres: EmbeddedPostgres, database_name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with a database that is there already."""
    for name, value in variables(postgres.url(database_name, user=APP_ROLE)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EARMARK_DATA_DIR", str(folder))
    return folder


@pytest.mark.usefixtures("elsewhere")
def test_adapters_are_chosen_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ARTIFACTS__STORE": "s3", "ARTIFACTS__BUCKET": "calls", "KEYS__KEEPER": "kms"}.items():
        monkeypatch.setenv(f"EARMARK_{name}", value)
    for group in ("ARTIFACTS", "KEYS"):
        for name, value in {"REGION": "us-east-1", "ACCESS_KEY": "a", "SECRET_KEY": "b"}.items():
            monkeypatch.setenv(f"EARMARK_{group}__{name}", value)
    with open_base(read_settings()) as base:
        assert isinstance(base.vault.objects, S3Artifacts)
        assert isinstance(base.keys, KmsKeys)

    for group in ("ARTIFACTS", "KEYS"):
        monkeypatch.setenv(f"EARMARK_{group}__TENANT_ROLE", "arn:aws:iam::111122223333:role/earmark-web-tenant")
    with open_base(read_settings()) as base:
        assert isinstance(base.vault.objects, S3TenantArtifacts)
        assert isinstance(base.keys, KmsTenantKeys)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("name", "value", "asked_for"),
    [
        ("EARMARK_ARTIFACTS__STORE", "s3", "EARMARK_ARTIFACTS__BUCKET"),
        ("EARMARK_KEYS__KEEPER", "kms", "EARMARK_KEYS__REGION"),
    ],
)
def test_settings_that_do_not_fit_together_name_what_is_missing(
    name: str, value: str, asked_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=asked_for), open_base(read_settings()):
        pass


@pytest.mark.usefixtures("elsewhere")
def test_the_web_gets_what_it_needs_and_no_secret_shows() -> None:
    with open_web(read_settings()) as parts:
        assert parts.database.is_reachable()
        assert parts.public_base == "http://127.0.0.1:8300"
