"""The schema's history. `migrate` brings a database to the newest revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from pipeline.store.session import reachable

HERE = Path(__file__).parent


def migrate(owner_url: str, *, app_role: str, revision: str = "head") -> None:
    """Bring a database to a revision, as its owner, and let `app_role` use it.

    Args:
        owner_url: SQLAlchemy URL of a role that may create schemas and roles.
        app_role: the role the app and the workers connect as; made when missing, never an owner.
        revision: an Alembic revision, the newest by default.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["owner_url"] = owner_url
    config.attributes["app_role"] = app_role
    command.upgrade(config, revision)


@contextmanager
def one_at_a_time(owner_url: str) -> Iterator[None]:
    """Wait until no other process, on any host, brings the same database up to date, and keep others waiting.

    Raises:
        StoreUnreachable: the database cannot be reached.
    """
    waiting = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    try:
        with reachable(), waiting.connect() as turn:
            turn.execute(text("select pg_advisory_lock(hashtext('earmark-migrate-all'))"))
            yield
    finally:
        waiting.dispose()
