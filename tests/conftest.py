"""What many tests share: a real PostgreSQL, a database of its own for each test, a clock, keys, a vault."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.store.numbers import mark_armed
from pipeline.store.session import Database
from pipeline.store.tenants import add_tenant, get_tenant
from pipeline.store.vault import Vault
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.kms_connect import KmsSettings
from pipeline.vendors.s3_connect import S3Settings
from tests.builders import put_on_file
from tests.databases import Databases
from tests.roles import beside
from tests.seaweedfs import serve_seaweedfs

if TYPE_CHECKING:
    from tests.moto_sts import MotoSts

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

APP_ROLE = "earmark_app"
OWN_NUMBERS = ("+12125550101", "+13035550100")
"""The numbers on which tests call a tenant."""


_BEGIN_FIRST = ("journeys/test_policy_machine.py", "journeys", "pipeline/workflows", "pipeline/test_worker.py")
"""The longest, under the tests' folder: a worker that is left with one of them at the end works on alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = [Path(__file__).parent / path for path in _BEGIN_FIRST]

    def place(item: pytest.Item) -> int:
        return next((at for at, path in enumerate(first) if item.path.is_relative_to(path)), len(first))

    items.sort(key=place)  # stable: what is drawn by lot otherwise stays so


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture(scope="module", autouse=True)
def _logs_as_before() -> Iterator[None]:
    """What one module asks of the logs does not silence those of the next."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run.

    Not under pytest's own directory: for root the server runs as another user, and pytest closes that to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="earmark-postgres-"))
    server = EmbeddedPostgres(folder / "data")
    server.start()
    _spare_the_disk(server)
    yield server
    server.stop()
    shutil.rmtree(folder)


def _spare_the_disk(server: EmbeddedPostgres) -> None:
    """No test loses its power: a server that need not survive that makes and drops databases many times faster."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Iterator[Databases]:
    made = Databases(postgres, app_role=APP_ROLE)
    yield made
    made.close()


@pytest.fixture
def database_name(databases: Databases) -> Iterator[str]:
    """A database that is this test's alone, with everything that a release brings and nothing in it."""
    with databases.one() as name:
        yield name


@pytest.fixture
def app_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The URL under which the app opens the test's database."""
    return postgres.url(database_name, user=APP_ROLE)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(postgres: EmbeddedPostgres, database_name: str, clock: MovableClock) -> Iterator[Database]:
    """The app's view: a role that owns nothing and bypasses nothing."""
    opened = Database(beside(postgres.url(database_name, user=APP_ROLE)), clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def moto_kms() -> Iterator[KmsSettings]:
    """Run moto's KMS for the session, spoken to over HTTP."""
    from tests.moto_kms import serve_moto_kms  # moto takes a while to import

    with serve_moto_kms() as settings:
        yield settings


@pytest.fixture
def moto_sts() -> Iterator[MotoSts]:
    """Run moto's STS for one test."""
    from tests.moto_sts import serve_moto_sts

    with serve_moto_sts() as sts:
        yield sts


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """Run a real S3 server for the session and make one bucket in it."""
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as settings:
        yield settings


@pytest.fixture(scope="session")
def seaweedfs_with_roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """Run another, which gives sessions of a role and holds them to it."""
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs-roles"), with_roles=True) as settings:
        yield settings


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys")


@pytest.fixture
def vault(database: Database, keys: FileKeys, tmp_path: Path) -> Vault:
    return Vault(database=database, objects=FileArtifacts(tmp_path / "objects"), keys=keys)


@pytest.fixture
def tenant(database: Database, keys: FileKeys) -> Tenant:
    """A tenant under the Nejix policy that records and transcribes."""
    return make_tenant(database, keys)


def make_tenant(
    database: Database, keys: FileKeys, name: str = "acme", *, policy_id: str = "nejix", **chosen: object
) -> Tenant:
    """Add a tenant with its key."""
    defaults: dict[str, object] = {"is_recording_on": True, "is_transcription_on": True}
    made = Tenant(
        id=TenantId(name),
        display_name=name.title(),
        policy_id=policy_id,
        account_sid="AC" + uuid.uuid5(uuid.NAMESPACE_DNS, name).hex,
        settings=TenantSettings(**(defaults | chosen)),  # type: ignore[arg-type]  # a test names what it needs
        secrets=TenantSecrets(auth_token=uuid.uuid5(uuid.NAMESPACE_URL, name).hex),
    )
    keys.create_tenant_key(made.id)
    with database.transaction(made.id) as tx:
        add_tenant(tx, made, keys=keys, actor="test")
        put_on_file(tx)
        for number in OWN_NUMBERS:
            mark_armed(tx, number, keys=keys)
        return get_tenant(tx, keys=keys)
