"""How many decisions a second, and how judging everything again grows with what there is.

`python -m tests.bench.decide [--sizes 10000,100000] [--sample 0]`; 1000000 and 10000000 are taken too, and take their
time: with a sample, that many artifacts of all are judged, in chunks from everywhere among them, and the plan is made
for all. Rows of calls, recordings and artifacts are real and in PostgreSQL; there are no objects, so what tagging costs
a store is not in it. Figures are told as ratios: the machine is whatever it is.
"""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import TenantId
from pipeline.policies.decide import decide
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.versions import judge
from pipeline.steps.context import StepContext
from pipeline.store.migrations import migrate
from pipeline.store.policy_versions import NoticeDelivery, add_notice, add_version, begun_with, keep_first
from pipeline.store.redecisions import list_chunk, plan_redecision
from pipeline.store.session import Database
from pipeline.store.vault import Vault
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.workflows.policies import redecide_chunk
from tests.builders import a_call, a_recording, an_artifact_row, answer
from tests.conftest import APP_ROLE, MovableClock, make_tenant
from tests.pipeline.policies.cases import facts
from tests.pipeline.policies.variants import shelf_of, variant
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.roles import beside

PER_RECORDING = 10
_TENANT = TenantId("acme")
CAPTURED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2027, 1, 1)
TIGHTER = variant("nejix", {"retention/recording.original/days": 30}, effective=FIRST_DAY)


class NoObjects(FileArtifacts):
    """A store that has everything and remembers nothing."""

    def write_tags(self, key: str, tags: Mapping[str, str]) -> None:
        """Write nothing."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="how many artifacts, several by commas")
    parser.add_argument("--sample", type=int, default=0, help="how many of them are judged; 0 means all")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    _bench_decide()
    print(
        "\nartifacts  plan s  judged, all alike/s  a tenth otherwise/s  time for each artifact, against the first size"
    )
    smallest = 0.0
    for size in sizes:
        plan_s, same, tighter = _bench_redecide(size, asked.sample or size)
        smallest = smallest or same
        print(f"{size:>9}  {plan_s:>6.2f}  {same:>19.0f}  {tighter:>19.0f}  {smallest / same:>6.2f} x", flush=True)


def _bench_decide() -> None:
    bundle, matrix, given = load_bundle("nejix"), load_matrix(), facts(ArtifactKind.RECORDING_ORIGINAL)
    alone = _rate(lambda: decide(given, bundle, matrix))
    one = _rate(lambda: judge(begun_with(bundle), given, matrix))
    later = variant("nejix", {"retention/recording.original/days": 30}, effective=date(2027, 4, 1))
    two = _rate(lambda: judge(shelf_of(bundle, later), given, matrix))
    print(f"decide: {alone:.0f} a second of one core; by version {one:.0f}; with a later one {two:.0f}")


def _rate(act: object) -> float:
    assert callable(act)
    act()
    begun, count = time.process_time(), 0
    while time.process_time() - begun < 2:
        act()
        count += 1
    return count / (time.process_time() - begun)


def _bench_redecide(size: int, sample: int) -> tuple[float, float, float]:
    """Give the seconds to plan all, and how many a second are judged where nothing or a tenth comes out otherwise."""
    with _house() as (context, clock, owner_dsn):
        vault = context.vault
        with vault.database.transaction(_TENANT) as tx:
            keep_first(tx, load_bundle("nejix"))
        _fill(vault, size)
        with psycopg.connect(owner_dsn, autocommit=True) as owner:
            owner.execute("analyze")  # as the server does by itself some time after so many rows came in
        _judge_again(context, "first", sample)
        clock.at = CAPTURED + timedelta(days=1)
        plan_s, same = _judge_again(context, "same", sample)
        with vault.database.transaction(_TENANT) as tx:
            add_version(tx, TIGHTER, notice_days=14, actor="bench")
            named = {"policy_id": "nejix", "version": TIGHTER.version, "channel": "email", "recipient_ref": "r"}
            add_notice(tx, NoticeDelivery(**named, status=250, delivered_at=tx.now, in_force_from=FIRST_DAY))
        clock.at = datetime(2027, 1, 2, tzinfo=UTC)
        return plan_s, same, _judge_again(context, "tighter", sample)[1]


def _judge_again(context: StepContext, cause: str, sample: int) -> tuple[float, float]:
    """Give the seconds to plan all, and how many of the sample were judged a second."""
    begun = time.perf_counter()
    with context.vault.database.transaction(_TENANT) as tx:
        job = plan_redecision(tx, cause=cause, actor="bench")
        assert job is not None
        in_one = len(list_chunk(tx, job.id, 1))
    planned, judged = time.perf_counter(), 0
    apart = max(1, job.chunks // math.ceil(sample / in_one))
    for ordinal in range(1, job.chunks + 1, apart):
        judged += int(redecide_chunk(context, _TENANT, job.id, ordinal)["decided"])
    return planned - begun, judged / (time.perf_counter() - planned)


def _fill(vault: Vault, size: int) -> None:
    """Make one recording with its ten artifacts, and copy it as often as is asked; the copies share its call."""
    with vault.database.transaction(_TENANT) as tx:
        call = a_call(tx, vault.keys)
        answer(tx, call)
        first = a_recording(tx, call)
        original = an_artifact_row(tx, first)
        for _ in range(PER_RECORDING - 1):
            an_artifact_row(tx, first, ArtifactKind.TRANSCRIPT_REDACTED, parents=(original.id,))
        copies = {"tenant": _TENANT, "copies": size // PER_RECORDING - 1, "first": first.id}
        for statement in (_COPY_RECORDINGS, _COPY_ARTIFACTS):
            tx.connection.execute(text(statement), copies)


_COPY_RECORDINGS = """
insert into earmark.recordings select (jsonb_populate_record(r, jsonb_build_object(
  'id', r.id || '_' || lpad(n::text, 8, '0'), 'recording_sid', r.recording_sid || n))).*
from earmark.recordings r, generate_series(1, :copies) n where r.tenant = :tenant and r.id = :first
"""
_COPY_ARTIFACTS = """
insert into earmark.artifacts select (jsonb_populate_record(a, jsonb_build_object(
  'id', a.id || '_' || lpad(n::text, 8, '0'), 'recording_id', a.recording_id || '_' || lpad(n::text, 8, '0'),
  'object_key', a.object_key || n,
  'parents', (select coalesce(jsonb_agg(p || '_' || lpad(n::text, 8, '0')), '[]') from unnest(a.parents) p)))).*
from earmark.artifacts a, generate_series(1, :copies) n where a.tenant = :tenant and a.recording_id = :first
"""


@contextmanager
def _house() -> Iterator[tuple[StepContext, MovableClock, str]]:
    folder = Path(tempfile.mkdtemp(prefix="earmark-bench-"))
    server = EmbeddedPostgres(folder / "data")
    server.start()
    name = f"bench_{uuid.uuid4().hex}"
    server.create_database(name)
    migrate(server.url(name), app_role=APP_ROLE)
    clock = MovableClock(CAPTURED)
    database = Database(beside(server.url(name, user=APP_ROLE)), clock=clock)
    keys = FileKeys(folder / "keys")
    vault = Vault(database=database, objects=NoObjects(folder / "objects"), keys=keys)
    make_tenant(database, keys, _TENANT)
    context = scripted_context("", folder, database=database)
    try:
        yield replace(context, vault=vault, clock=clock), clock, server.dsn(name)
    finally:
        database.close()
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
