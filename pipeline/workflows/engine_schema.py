"""The engine's tables, and who may do what with them.

The engine has a role of its own, which uses its schema and sees nothing of the app's. The app may call one function,
which starts work of the tenant that its transaction is in, and so commits with it: it reads no row of the engine's,
and changes none.
"""

from __future__ import annotations

from typing import Final

from dbos import DBOS
from sqlalchemy import Connection, create_engine, text

from pipeline.store.migrations.roles import engine_role_of, make_role

APPLICATION: Final = "earmark"
_ENQUEUE: Final = f"""
create or replace function dbos.earmark_enqueue(
  workflow text, queue text, name text, arguments json[], version text, partition text, parent text, delay_s integer
) returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := nullif(current_setting('app.tenant', true), '');
begin
  if own is null or split_part(name, ':', 2) is distinct from own
    or array_ndims(arguments) is distinct from 1 or array_lower(arguments, 1) is distinct from 1
    or arguments[1] #>> '{{}}' is distinct from own
    or (partition is not null and partition <> own and partition is distinct from arguments[2] #>> '{{}}')
  then
    raise exception 'work is started for the tenant of the transaction' using errcode = 'insufficient_privilege';
  end if;
  return dbos.enqueue_workflow(
    workflow_name => workflow, queue_name => queue, workflow_id => name, positional_args => arguments,
    app_version => version, queue_partition_key => partition, authenticated_user => parent,
    delay_until_epoch_ms => case when delay_s > 0
      then (extract(epoch from clock_timestamp()) * 1000)::bigint + delay_s::bigint * 1000 end,
    application_name => '{APPLICATION}');
end $$
"""
_SIGNATURE: Final = "dbos.earmark_enqueue(text, text, text, json[], text, text, text, integer)"


def migrate_engine(owner_url: str, *, app_role: str, contract: bool = False) -> None:
    """Make or update the engine's tables, as the owner of the database, and let each role use what it needs of them.

    Args:
        owner_url: SQLAlchemy URL of a role that may create schemas and roles.
        app_role: the role the app connects as; the engine's is named after it.
        contract: no process of the release before runs any more, whose engine worked by the app's role.
    """
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            make_role(connection, engine_role_of(app_role))
        DBOS.migrate(owner_url, application_role=engine_role_of(app_role))
        with engine.begin() as connection:
            _let_enqueue(connection, app_role)
            if contract:
                _take_back(connection, app_role)
    finally:
        engine.dispose()


def _let_enqueue(connection: Connection, app_role: str) -> None:
    connection.exec_driver_sql(_ENQUEUE)
    connection.execute(text(f"revoke all on function {_SIGNATURE} from public"))
    connection.execute(text(f"grant usage on schema dbos to {app_role}"))
    connection.execute(text(f"grant execute on function {_SIGNATURE} to {app_role}"))


def _take_back(connection: Connection, app_role: str) -> None:
    """Take from the app what the release before was granted: everything in the schema, now and later."""
    for kind in ("tables", "sequences"):
        connection.execute(text(f"revoke all on all {kind} in schema dbos from {app_role}"))
        connection.execute(text(f"alter default privileges in schema dbos revoke all on {kind} from {app_role}"))
    connection.execute(text(f"alter default privileges in schema dbos revoke execute on functions from {app_role}"))
