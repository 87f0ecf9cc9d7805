"""A purge of many objects on a real S3 server, killed in the middle and finished after a restart.

`python -m tests.bench.purge [OBJECTS] [KILLS]` (10,000 objects and three kills): starts its own database and S3 server,
kills the purging process with SIGKILL at some point of its work, each time another, and holds the certificate against
what was stored. The test suite does the same with a few hundred.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pipeline.consent import jws
from pipeline.model.artifact import ArtifactKind
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.context import StepContext, shelf_of
from pipeline.steps.purge import purge_recording
from pipeline.store.certificates import list_certificates
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.house.tree import ROOT
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context

type Stored = Mapping[str, tuple[str, ...]]
"""Artifact to the versions of its object."""


def s3_context(app_url: str, folder: Path, settings: S3Settings) -> StepContext:
    """Give a context whose objects lie on the S3 server."""
    context = scripted_context(app_url, folder)
    return replace(context, vault=replace(context.vault, objects=S3Artifacts(settings)))


def fill(line: Line, count: int) -> tuple[RecordingId, Stored]:
    """Keep so many artifacts of one recording, every tenth with a second version behind a delete marker."""
    vault, recording = line.context.vault, line.record()
    stored: dict[str, tuple[str, ...]] = {}
    for number in range(count):
        made = vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words %d" % number)
        if number % 10 == 0:
            vault.objects.mark_deleted(made.object_key)  # type: ignore[attr-defined]  # only stores have it
        entries = [entry for entry in vault.objects.list_versions(made.object_key) if entry.key == made.object_key]
        stored[made.id] = tuple(sorted(entry.version for entry in entries))
    return recording.id, stored


def begin(app_url: str, folder: Path, settings: S3Settings, recording: str) -> subprocess.Popen[bytes]:
    """Begin the purge in a process of its own."""
    told = json.dumps({"url": app_url, "folder": str(folder), "settings": asdict(settings), "recording": recording})
    command = [sys.executable, "-m", "tests.bench.purge", "--child", told]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def kill_when(line: Line, process: subprocess.Popen[bytes], gone: int) -> int:
    """Kill the process with SIGKILL once so many objects are gone; give how many are. It must still be at work."""
    while True:
        found = count_gone(line)
        if found >= gone:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return count_gone(line)
        if process.poll() is not None:
            raise RuntimeError("the purge ended before it could be killed")
        time.sleep(0.01)


def count_gone(line: Line) -> int:
    from sqlalchemy import text

    with line.tx() as tx:
        query = "select count(*) from earmark.artifacts where purged_at is not null"
        return int(tx.connection.execute(text(query)).scalar() or 0)


def certified(line: Line) -> Stored:
    """What the certificates say was destroyed."""
    with line.tx() as tx:
        parts = list_certificates(tx)
    told = [json.loads(jws.verify(part.statement, typ=CERTIFICATE_TYPE).payload) for part in parts]
    return {
        one["artifact"]: tuple(sorted([*one["versions"], *one["delete_markers"]]))
        for statement in told
        for one in statement["destroyed"]
    }


def _child(told: str) -> None:
    given: dict[str, Any] = json.loads(told)
    context = s3_context(given["url"], Path(given["folder"]), S3Settings(**given["settings"]))
    purge_recording(context, TenantId("acme"), RecordingId(given["recording"]))


def main(count: int, kills: int) -> None:
    """Do it with many, and print how long each part took."""
    from pipeline.store.migrations import migrate
    from pipeline.vendors.embedded_postgres import EmbeddedPostgres
    from tests.conftest import APP_ROLE, make_tenant
    from tests.disposal import end
    from tests.seaweedfs import serve_seaweedfs

    with tempfile.TemporaryDirectory(prefix="earmark-purge-") as name, serve_seaweedfs(_made(name, "s3")) as settings:
        folder = _made(name, "data")
        server = EmbeddedPostgres(_made(tempfile.mkdtemp(prefix="earmark-postgres-"), "data"))
        server.start()
        try:
            server.create_database("purge")
            migrate(server.url("purge"), app_role=APP_ROLE)
            url = server.url("purge", user=APP_ROLE)
            context = s3_context(url, folder, settings)
            owner = make_tenant(context.vault.database, context.vault.keys)  # type: ignore[arg-type]  # keys in files
            line = Line(context=context, owner=owner, folder=folder)
            began = time.monotonic()
            recording, stored = fill(line, count)
            print(f"{count} objects kept in {time.monotonic() - began:.0f} s")
            end(line, line.context.read(owner.id, recording)[0])
            began = time.monotonic()
            for number in range(1, kills + 1):
                process = begin(url, folder, settings, recording)
                gone = kill_when(line, process, count * number // (kills + 1))
                print(f"killed with {gone} gone, {time.monotonic() - began:.0f} s after the beginning")
            receipt = purge_recording(context, owner.id, recording)
            print(f"finished: {receipt}, {time.monotonic() - began:.0f} s after the beginning")
            left = sum(1 for _ in context.vault.objects.list_versions("tenants/"))
            print(f"certificate is exact: {certified(line) == stored}; versions left: {left}")
        finally:
            server.stop()


def _made(name: str, inner: str) -> Path:
    path = Path(name) / inner
    path.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2])
    else:
        main(*(int(given) for given in (*sys.argv[1:], *("10000", "3")[len(sys.argv) - 1 :])))
