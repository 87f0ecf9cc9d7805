"""What must hold afterwards, whatever happened, looked at from outside: in the rows as their owner, in the store's
files, in what the processes wrote, and in the stand-in's own list of recordings."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from pipeline.model.audit import find_break
from pipeline.model.recording import RecordingState
from pipeline.store.audit import list_events
from samples.expectations import load_expected
from samples.scenario import list_scenarios
from tests.chaos.calls import Played
from tests.chaos.house import DATABASE, House
from tests.journeys.canaries import Canary, canary, number_canary, written_forms
from tests.journeys.whole_installation import rows_by_column

ENDED: Final = frozenset(
    {
        RecordingState.PUBLISHED,
        RecordingState.WITHHELD,
        RecordingState.REFUSED,
        RecordingState.ABSENT,
        RecordingState.FAILED,
        RecordingState.PURGED,
    }
)
_PUBLISHED: Final = {
    "recording.original": 1,
    "recording.redacted": 1,
    "transcript.original": 1,
    "transcript.redacted": 1,
    "redaction.manifest": 1,
    "call.metadata": 1,
}
_PUBLIC_TEXTS: Final = ("earmark.policy_versions.document", "earmark.law_versions.document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A recording as its row says."""

    id: str
    tenant: str
    state: RecordingState
    reason: str | None
    is_gone_at_vendor: bool
    kinds: Mapping[str, int]
    """Artifacts that are there, by kind."""


def read_rows(house: House) -> dict[str, Row]:
    """Read every recording by its SID, past all row policies."""
    with psycopg.connect(house.server.dsn(DATABASE)) as owner:
        kinds: dict[str, Counter[str]] = defaultdict(Counter)
        for recording, kind in owner.execute(
            "select recording_id, kind from earmark.artifacts where purged_at is null"
        ):
            kinds[recording][kind] += 1
        rows = owner.execute(
            "select recording_sid, id, tenant, state, reason, vendor_deleted_at is not null from earmark.recordings"
        ).fetchall()
    return {
        sid: Row(
            id=id, tenant=tenant, state=RecordingState(state), reason=reason, is_gone_at_vendor=gone, kinds=kinds[id]
        )
        for sid, id, tenant, state, reason, gone in rows
    }


def unfinished(house: House, played: list[Played]) -> list[str]:
    """List what has not ended: recordings at the vendor without a row, or in no last state; work in flight."""
    rows = read_rows(house)
    wanted = {sid for call in played for sid in call.call.recording_sids}
    left = [sid for sid in wanted if sid not in rows or rows[sid].state not in ENDED]
    with psycopg.connect(house.server.dsn(DATABASE)) as owner:
        query = "select workflow_uuid from dbos.workflow_status where status in ('PENDING', 'ENQUEUED') and name in "
        query += "('process_recording', 'process_call')"
        left += [name for (name,) in owner.execute(query)]
    return left


def broken(house: House, played: list[Played]) -> list[str]:
    """List every invariant that does not hold; no line has a word of a call."""
    rows = read_rows(house)
    return [
        *_ends(rows, played),
        *_unauthorised(rows, played),
        *_vendors_list(house, rows),
        *_chains(house),
        *_readable(house),
    ]


def _ends(rows: Mapping[str, Row], played: list[Played]) -> Iterator[str]:
    for call in played:
        for sid in call.call.recording_sids:
            row = rows.get(sid)
            if row is None:
                yield f"{call.scenario.name}: {sid} is not known"
            elif row.state not in ENDED:
                yield f"{call.scenario.name}: {sid} is {row.state}"
            elif row.state is RecordingState.PUBLISHED:
                missing = {k: n for k, n in _PUBLISHED.items() if row.kinds.get(k, 0) != n}
                if missing or not row.kinds.get("consent.receipt"):
                    yield f"{call.scenario.name}: {sid} is published, but has {dict(row.kinds)}"
            elif not row.reason:
                yield f"{call.scenario.name}: {sid} is {row.state} without a reason"


def _unauthorised(rows: Mapping[str, Row], played: list[Played]) -> Iterator[str]:
    for call in played:
        for sid in call.call.recording_sids if not call.is_authorised else ():
            row = rows.get(sid)
            kept = [kind for kind in row.kinds if kind.startswith(("recording", "transcript"))] if row else []
            if row is None or row.state is RecordingState.PUBLISHED or kept:
                yield f"{call.scenario.name}: {sid} was not permitted, but is {row and row.state} with {kept}"


def _vendors_list(house: House, rows: Mapping[str, Row]) -> Iterator[str]:
    for owner in house.tenants.values():
        there = {entry.sid for entry in house.twilio.ledger.list_recordings(owner.account.sid)}
        ours = {sid for sid, row in rows.items() if row.tenant == owner.tenant.id and not row.is_gone_at_vendor}
        for sid in sorted(there ^ ours):
            where = "only at the vendor" if sid in there else "only ours"
            state = rows[sid].state if sid in rows else "unknown"
            yield f"{owner.tenant.id}: {sid} ({state}) is {where}"


def _chains(house: House) -> Iterator[str]:
    for owner in house.tenants.values():
        with house.base.database.transaction(owner.tenant.id) as tx:
            at = find_break(list_events(tx))
        if at is not None:
            yield f"{owner.tenant.id}: the audit chain breaks at {at}"


def _readable(house: House) -> Iterator[str]:
    """Search everything for what was said and must be hidden, as it is written, in hex and in base64."""
    rows = house.folder / "rows"
    rows.mkdir(exist_ok=True)
    for name, body in rows_by_column(house.server, DATABASE).items():
        if name not in _PUBLIC_TEXTS:
            (rows / name).write_bytes(body)
    needles = house.folder / "needles"
    forms = {form for known in _canaries() for form in written_forms(known) if b"\0" not in form and b"\n" not in form}
    needles.write_bytes(b"\n".join(sorted(forms)))
    for place in ("rows", "logs", "tmp", "s3", "data"):
        command = ["grep", "-raliF", "-f", str(needles), "--exclude-dir=models", str(house.folder / place)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode > 1:
            yield f"{place} could not be searched"
        for path in found.stdout.splitlines():
            yield f"{Path(path).relative_to(house.folder)} holds something that must be hidden"


def _canaries() -> list[Canary]:
    scenarios = list_scenarios()
    said = {hidden["said"] for scenario in scenarios for hidden in load_expected(scenario.name)["must_hide"]}
    return [*(canary(text) for text in said if len(text) >= 6), *(number_canary(s.from_) for s in scenarios)]


def temporary_files(house: House) -> list[Path]:
    """List what killed processes left in their folder of temporary files."""
    return [path for path in (house.folder / "tmp").rglob("*") if path.is_file()]
