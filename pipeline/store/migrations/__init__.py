"""The schema's history. `migrate` brings a database to the newest revision.

A revision that takes away what the release before needs is a contraction (`CONTRACTS`). While it is the last one, a
database that is already in use is brought up to it and no further: old processes still run beside the new ones. It is
done when somebody says that none is left, or when a later release brings a revision behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from pipeline.store.session import reachable

HERE = Path(__file__).parent


def migrate(owner_url: str, *, app_role: str, revision: str | None = None, contract: bool = False) -> None:
    """Bring a database to a revision, as its owner, and let `app_role` and the system's role use it.

    Args:
        owner_url: SQLAlchemy URL of a role that may create schemas and roles.
        app_role: the role the app and the workers connect as; made when missing, never an owner.
        revision: an Alembic revision; None: the newest.
        contract: no process of the release before runs any more. A database that is new has none.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["owner_url"] = owner_url
    config.attributes["app_role"] = app_role
    if revision is None:
        revision = "head" if contract or _is_new(owner_url) else _last_expansion(config)
    command.upgrade(config, revision)


def _is_new(owner_url: str) -> bool:
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            return connection.execute(text("select to_regclass('earmark.alembic_version')")).scalar() is None
    finally:
        engine.dispose()


def _last_expansion(config: Config) -> str:
    """Name the newest revision with which the release before still runs."""
    newest = ScriptDirectory.from_config(config).walk_revisions()
    return next(one.revision for one in newest if not getattr(one.module, "CONTRACTS", False))


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
