"""Starting durable work from inside the transaction of the news that asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dbos import DBOSClient
from sqlalchemy import text

from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.store.session import Database, Transaction
from pipeline.telemetry.traces import current_parent
from pipeline.workflows.engine_schema import APPLICATION
from pipeline.workflows.serializer import JsonSerializer

RECORDINGS: Final = "recordings"
PROCESS_RECORDING: Final = "process_recording"
CALLS: Final = "calls"
PROCESS_CALL: Final = "process_call"
JUDGE_RECORDING: Final = "judge_recording"
RECONCILIATIONS: Final = "reconciliations"
RECONCILE_TENANT: Final = "reconcile_tenant"
NOTICES: Final = "notices"
DELIVER_NOTICE: Final = "deliver_notice"
TELL_TENANT: Final = "tell_tenant"
REDECISIONS: Final = "redecisions"
REDECIDE_CHUNK: Final = "redecide_chunk"
RETENTION: Final = "retention"
RETAIN_TENANT: Final = "retain_tenant"
PURGE_RECORDING: Final = "purge_recording"
UPKEEP: Final = "upkeep"
SETTLE_HOLD: Final = "settle_hold"
CHECKPOINT_LOG: Final = "checkpoint_log"
RENDERINGS: Final = "renderings"
RENDER_CHANGES: Final = "render_changes"
DELIVERIES: Final = "deliveries"
DELIVER_EVENT: Final = "deliver_event"
ANSWER_REQUEST: Final = "answer_request"
WRITE_CASE: Final = "write_case"
BULK: Final = "bulk"
WORK_BULK: Final = "work_bulk"
_ENQUEUE: Final = text(
    """
    select dbos.earmark_enqueue(
      cast(:workflow as text), cast(:queue as text), cast(:name as text), cast(cast(:arguments as text[]) as json[]),
      cast(:version as text), cast(:partition as text), cast(:parent as text), cast(:delay_s as integer))
    """
)
_ENQUEUE_RECORDINGS: Final = text(
    f"""
    select dbos.earmark_enqueue(
      '{PROCESS_RECORDING}', '{RECORDINGS}', 'recording:' || cast(:tenant as text) || ':' || recording,
      array[to_json(cast(:tenant as text)), to_json(recording)], cast(:version as text), cast(:tenant as text),
      nullif(parent, ''), 0)
    from unnest(cast(:recordings as text[]), cast(:parents as text[])) as asked(recording, parent)
    """  # noqa: S608 - put together from constants of this file
)
_ENQUEUE_CHUNKS: Final = text(
    """
    select dbos.earmark_enqueue(
      cast(:workflow as text), cast(:queue as text),
      cast(:prefix as text) || ':' || cast(:tenant as text) || ':' || cast(:job as text) || ':' || chunk
        || cast(:cause as text),
      array[to_json(cast(:tenant as text)), to_json(cast(:job as text)), to_json(chunk)],
      cast(:version as text), null, null, 0)
    from unnest(cast(:chunks as int[])) chunk
    """
)


class DurableQueue:
    """Fills `pipeline.ports.queue.WorkQueue` with the engine's own tables in the same PostgreSQL.

    The app may start work of the tenant that its transaction is in, by the one function it may call; it reads and
    changes nothing of what the engine keeps. Arguments are the engine's portable JSON; steps are written by our
    serializer.
    """

    def __init__(self, database: Database, *, version: str) -> None:
        """Use the app's own connections, so that enqueueing is part of the app's transaction.

        Args:
            database: the one that also holds the engine's tables; its engine's address is used by `list_broken` alone.
            version: the workflows' version that new work is started on.
        """
        self._database, self._version = database, version
        self._client: DBOSClient | None = None

    def enqueue_recording(self, tx: Transaction, tenant: TenantId, recording: RecordingId) -> None:
        """Start the work on a recording when the transaction commits; naming it again starts nothing."""
        self.enqueue_recordings(tx, tenant, [recording])

    def enqueue_recordings(
        self,
        tx: Transaction,
        tenant: TenantId,
        recordings: Sequence[RecordingId],
        *,
        parents: Mapping[RecordingId, str] | None = None,
    ) -> None:
        """Start the work on several recordings, in one statement."""
        if recordings:
            each, here = sorted(recordings), current_parent()
            caused_by = [(parents or {}).get(recording, here) for recording in each]
            named = {"tenant": tenant, "recordings": each, "parents": caused_by, "version": self._version}
            tx.connection.execute(_ENQUEUE_RECORDINGS, named)

    def enqueue_retry(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the work on a recording again after the transaction commits; naming one cause again starts nothing."""
        self._start(
            tx,
            (PROCESS_RECORDING, RECORDINGS),
            f"recording:{tenant}:{recording}:{cause}",
            tenant,
            recording,
            partition=tenant,
        )

    def enqueue_answer(
        self, tx: Transaction, tenant: TenantId, request: str, *, cause: str, also: Sequence[RecordingId] = ()
    ) -> None:
        """Start what answers a request after the transaction commits; naming one cause again starts nothing."""
        self.enqueue_upkeep(tx, ANSWER_REQUEST, tenant, request, ",".join(also), once=f"{request}:{cause}")

    def enqueue_judging(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Have a recording judged again after the transaction commits; naming one cause again starts nothing."""
        self._start(tx, (JUDGE_RECORDING, CALLS), f"judge:{tenant}:{recording}:{cause}", tenant, recording)

    def enqueue_rendering(
        self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str, delay_s: int
    ) -> None:
        """Have what is due of a recording's changes rendered some time after the transaction commits."""
        self._start(
            tx,
            (RENDER_CHANGES, RENDERINGS),
            f"render:{tenant}:{recording}:{cause}",
            tenant,
            recording,
            partition=recording,
            delay_s=delay_s,
        )

    def enqueue_reconciliation(self, tx: Transaction, tenant: TenantId, *, hour: str) -> None:
        """Start the comparison of a tenant's recordings for an hour; naming it again starts nothing."""
        self._start(tx, (RECONCILE_TENANT, RECONCILIATIONS), f"reconcile:{tenant}:{hour}", tenant)

    def enqueue_notice(self, tx: Transaction, tenant: TenantId, version: str, *, cause: str) -> None:
        """Start the delivery of a version's notice; naming it again for the same cause starts nothing."""
        self._start(tx, (DELIVER_NOTICE, NOTICES), f"notice:{tenant}:{version}:{cause}", tenant, version)

    def enqueue_news(self, tx: Transaction, tenant: TenantId, notice: str, *, hour: str) -> None:
        """Start the sending of a notice to the tenant; naming it again for the same hour starts nothing."""
        self._start(tx, (TELL_TENANT, NOTICES), f"tell:{tenant}:{notice}:{hour}", tenant, notice)

    def enqueue_redecision(
        self, tx: Transaction, tenant: TenantId, job: str, *, chunks: Sequence[int], cause: str = ""
    ) -> None:
        """Start chunks of a job, in one statement; naming them again for the same cause starts nothing."""
        whole = {"workflow": REDECIDE_CHUNK, "queue": REDECISIONS, "prefix": "redecide", "tenant": tenant, "job": job}
        self._start_chunks(tx, {**whole, "cause": f":{cause}" if cause else ""}, chunks)

    def enqueue_bulk(self, tx: Transaction, tenant: TenantId, job: str, *, chunks: Sequence[int], round: int) -> None:
        """Start chunks of a job on many recordings, in one statement; naming them again in a round starts nothing."""
        whole = {"workflow": WORK_BULK, "queue": BULK, "prefix": "bulk", "tenant": tenant, "job": job}
        self._start_chunks(tx, {**whole, "cause": f":{round}"}, chunks)

    def _start_chunks(self, tx: Transaction, whole: Mapping[str, str], chunks: Sequence[int]) -> None:
        if chunks:
            named = {**whole, "chunks": list(chunks), "version": self._version}
            tx.connection.execute(_ENQUEUE_CHUNKS, named)

    def enqueue_retention(self, tx: Transaction, tenant: TenantId, *, day: str) -> None:
        """Start a tenant's nightly run for a day; naming it again starts nothing."""
        self._start(tx, (RETAIN_TENANT, RETENTION), f"retention:{tenant}:{day}", tenant)

    def enqueue_purge(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the purge of a recording for a cause; naming it again starts nothing."""
        self._start(tx, (PURGE_RECORDING, RETENTION), f"purge:{tenant}:{recording}:{cause}", tenant, recording)

    def enqueue_upkeep(self, tx: Transaction, work: str, tenant: TenantId, *more: str, once: str) -> None:
        """Start a piece of standing work of a tenant; naming it again under the same `once` starts nothing."""
        self._start(tx, (work, UPKEEP), f"{work}:{tenant}:{once}", tenant, *more)

    def enqueue_case(self, tx: Transaction, tenant: TenantId, sample: str, *, cause: str) -> None:
        """Start the making of an evaluation case; naming it again for the same cause starts nothing."""
        self.enqueue_upkeep(tx, WRITE_CASE, tenant, sample, once=f"{sample}:{cause}")

    def enqueue_call(
        self, tx: Transaction, tenant: TenantId, call: CallId, *, delay_s: int, cause: str = "ended"
    ) -> None:
        """Start the work on an ended call some time after the transaction commits; naming it again starts nothing."""
        self._start(
            tx,
            (PROCESS_CALL, CALLS),
            f"call:{tenant}:{call}" + ("" if cause == "ended" else f":{cause}"),
            tenant,
            call,
            delay_s=delay_s,
        )

    def enqueue_delivery(
        self, tx: Transaction, tenant: TenantId, delivery: str, *, attempt: int, delay_s: int = 0
    ) -> None:
        """Start an attempt to tell a server some time after the transaction commits; naming it again starts nothing."""
        name = f"delivery:{tenant}:{delivery}:{attempt}"
        self._start(tx, (DELIVER_EVENT, DELIVERIES), name, tenant, delivery, attempt, delay_s=delay_s)

    def _start(
        self,
        tx: Transaction,
        work: tuple[str, str],
        name: str,
        *arguments: str | int,
        partition: str | None = None,
        delay_s: int = 0,
    ) -> None:
        """Start a workflow in a queue, in the trace that this runs in; what has the name already stays as it is."""
        workflow, queue = work
        given = {"workflow": workflow, "queue": queue, "name": name, "arguments": [json.dumps(a) for a in arguments]}
        more = {"partition": partition, "parent": current_parent() or None, "delay_s": delay_s}
        tx.connection.execute(_ENQUEUE, {**given, **more, "version": self._version})

    def list_broken(self, *, since: datetime) -> tuple[tuple[str, str, str], ...]:
        """List work on recordings and calls that ended in an error of its own: kind, tenant, and which; each once.

        A recording that fails ends well, as failed; an error is what could not even be noted.
        """
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database.queue_engine, serializer=JsonSerializer(),
                application_name=APPLICATION, lazy=True,
            )  # fmt: skip
        found = self._client.list_workflows(
            name=[PROCESS_RECORDING, PROCESS_CALL],
            status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            completed_after=since.isoformat(),
            load_input=False,
            load_output=False,
        )
        named = (one.workflow_id.split(":") for one in found)
        return tuple(sorted({(parts[0], parts[1], parts[2]) for parts in named if len(parts) >= 3}))

    def close(self) -> None:
        """Let go of what was looked at the queues with."""
        if self._client is not None:
            self._client.destroy()
