"""What a night costs when so much is due among so much more: it should go with what is due, not with what there is.

`python -m tests.bench.retention [--due 1000] [--most 1000000]` makes rows by SQL in a database of its own, without any
object, and measures (a) finding everything that is due, page by page, and (b) a whole night in which nothing is due.
Prints times and, against the smallest table, ratios: absolute times are the machine's, ratios are ours.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from pipeline.steps.retention import run_retention
from pipeline.store.due import read_due
from pipeline.store.migrations import migrate
from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.conftest import APP_ROLE, MovableClock, make_tenant
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.roles import beside

ROUNDS = 5
_FILL = text(
    """
    insert into earmark.artifacts (id, tenant, recording_id, call_id, kind, name, object_key, sealed_sha256, size_bytes,
      parents, created_at, disposition, training_eligible, retain_until, review_on)
    select 'art_' || n, 'acme', 'rec_' || n / 6, 'call_' || n / 6, 'transcript.redacted', 'n', 'tenants/acme/' || n,
      'd', 1, '{}', cast(:now as timestamptz), 'retain', false,
      case when n % 2 = 0 then cast(:today as date) + 1 + cast(n % 3000 as integer) end,
      case when n % 2 = 1 then cast(:today as date) + 1 + cast(n % 365 as integer) end
    from generate_series(cast(:first as bigint), cast(:last as bigint)) n
    """
)
_MAKE_DUE = text(
    """
    update earmark.artifacts set retain_until = cast(:today as date) - cast(substr(id, 5) as bigint)::integer % 30,
      disposition = 'due' where tenant = 'acme' and id in (select 'art_' || n * :step from generate_series(1, :due) n)
    """
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--due", type=int, default=1000)
    given.add_argument("--most", type=int, default=1_000_000, help="Rows of the largest table; 10000000 is an option.")
    chosen = given.parse_args()
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="earmark-postgres-")) / "data")
    server.start()
    try:
        server.create_database("bench")
        migrate(server.url("bench"), app_role=APP_ROLE)
        _measure(server, due=chosen.due, most=chosen.most)
    finally:
        server.stop()


def _measure(server: EmbeddedPostgres, *, due: int, most: int) -> None:
    clock = MovableClock()
    database = Database(beside(server.url("bench", user=APP_ROLE)), clock=clock)
    with tempfile.TemporaryDirectory(prefix="earmark-retention-") as folder:
        context = scripted_context("", Path(folder), database=database)
        make_tenant(database, context.vault.keys)  # type: ignore[arg-type]  # keys in files
        owner = create_engine(server.url("bench"), isolation_level="AUTOCOMMIT")
        rows, first = 0, None
        print(f"{'rows':>10}  {'find ' + str(due) + ' due':>16}  {'ratio':>6}  {'night, 0 due':>13}  {'ratio':>6}")
        size = 10_000
        while size <= most:
            _grow(owner, rows + 1, size, clock)
            rows = size
            clock.move(days=0)
            night = statistics.median(_timed(lambda: run_retention(context, "acme")) for _ in range(ROUNDS))  # type: ignore[arg-type]  # a name
            _make_due(owner, due, size // (due + 1), clock)
            found = statistics.median(_timed(lambda: _find(database, clock, due)) for _ in range(ROUNDS))
            _undo(owner, clock)
            first = first or (found, night)
            print(
                f"{rows:>10}  {found * 1000:>13.1f} ms  {found / first[0]:>6.2f}  {night * 1000:>10.1f} ms  "
                f"{night / first[1]:>6.2f}",
                flush=True,
            )
            size *= 10
        owner.dispose()
    database.close()


def _grow(owner, first: int, last: int, clock: MovableClock) -> None:  # type: ignore[no-untyped-def]  # an engine
    with owner.connect() as connection:
        values = {"first": first, "last": last, "now": clock.now(), "today": clock.now().date()}
        connection.execute(_FILL, values)
        connection.execute(text("vacuum analyze earmark.artifacts"))


def _make_due(owner, due: int, step: int, clock: MovableClock) -> None:  # type: ignore[no-untyped-def]  # an engine
    with owner.connect() as connection:
        connection.execute(_MAKE_DUE, {"due": due, "step": step, "today": clock.now().date()})
        connection.execute(text("vacuum analyze earmark.artifacts"))


def _undo(owner, clock: MovableClock) -> None:  # type: ignore[no-untyped-def]  # an engine
    with owner.connect() as connection:
        later = clock.now().date() + timedelta(days=1000)
        connection.execute(
            text(
                "update earmark.artifacts set retain_until = :later, disposition = 'retain' where disposition = 'due'"
            ),
            {"later": later},
        )
        connection.execute(text("vacuum analyze earmark.artifacts"))


def _find(database: Database, clock: MovableClock, due: int) -> None:
    found, after = 0, None
    while True:
        with database.transaction("acme") as tx:  # type: ignore[arg-type]  # a name
            page = read_due(tx, on=clock.now().date(), after=after)
        found, after = found + page.artifacts, page.after
        if after is None:
            break
    if found != due:
        raise RuntimeError(f"found {found} of {due}")


def _timed(work) -> float:  # type: ignore[no-untyped-def]  # anything that is called
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
