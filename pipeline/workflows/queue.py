"""Starting durable work from inside the transaction of the news that asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Engine, text

from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.store.session import Transaction
from pipeline.telemetry.traces import current_parent
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
_APPLICATION: Final = "earmark"
_ENQUEUE_RECORDINGS: Final = text(
    f"""
    select dbos.enqueue_workflow(
      workflow_name => '{PROCESS_RECORDING}', queue_name => '{RECORDINGS}',
      positional_args => array[to_json(cast(:tenant as text)), to_json(recording)],
      workflow_id => 'recording:' || cast(:tenant as text) || ':' || recording, app_version => cast(:version as text),
      queue_partition_key => cast(:tenant as text), authenticated_user => nullif(parent, ''),
      application_name => '{_APPLICATION}')
    from unnest(cast(:recordings as text[]), cast(:parents as text[])) as asked(recording, parent)
    """  # noqa: S608 - put together from constants of this file
)
_ENQUEUE_CHUNKS: Final = text(
    f"""
    select dbos.enqueue_workflow(
      workflow_name => cast(:workflow as text), queue_name => cast(:queue as text),
      positional_args => array[to_json(cast(:tenant as text)), to_json(cast(:job as text)), to_json(chunk)],
      workflow_id => cast(:prefix as text) || ':' || cast(:tenant as text) || ':' || cast(:job as text) || ':' || chunk
        || cast(:cause as text),
      app_version => cast(:version as text), application_name => '{_APPLICATION}')
    from unnest(cast(:chunks as int[])) chunk
    """  # noqa: S608 - put together from constants of this file
)


class DurableQueue:
    """Fills `pipeline.ports.queue.WorkQueue` with the engine's own tables in the same PostgreSQL."""

    def __init__(self, engine: Engine, *, version: str) -> None:
        """Use the app's own connections, so that enqueueing is part of the app's transaction.

        Args:
            engine: the database that also holds the engine's tables.
            version: the workflows' version that new work is started on.
        """
        self._client = DBOSClient(
            system_database_engine=engine, serializer=JsonSerializer(), application_name=_APPLICATION, lazy=True
        )
        self._version = version

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
        """Start the work on several recordings, in one statement through the engine's own SQL function.

        Arguments written by that function are read as the engine's portable JSON; steps are written by our serializer.
        """
        if recordings:
            each, here = sorted(recordings), current_parent()
            caused_by = [(parents or {}).get(recording, here) for recording in each]
            named = {"tenant": tenant, "recordings": each, "parents": caused_by, "version": self._version}
            tx.connection.execute(_ENQUEUE_RECORDINGS, named)

    def enqueue_retry(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the work on a recording again after the transaction commits; naming one cause again starts nothing."""
        self._start(
            tx,
            {
                "workflow_name": PROCESS_RECORDING,
                "queue_name": RECORDINGS,
                "workflow_id": f"recording:{tenant}:{recording}:{cause}",
                "app_version": self._version,
                "queue_partition_key": tenant,
            },
            tenant,
            recording,
        )

    def enqueue_answer(
        self, tx: Transaction, tenant: TenantId, request: str, *, cause: str, also: Sequence[RecordingId] = ()
    ) -> None:
        """Start what answers a request after the transaction commits; naming one cause again starts nothing."""
        self.enqueue_upkeep(tx, ANSWER_REQUEST, tenant, request, ",".join(also), once=f"{request}:{cause}")

    def enqueue_judging(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Have a recording judged again after the transaction commits; naming one cause again starts nothing."""
        self._start(
            tx,
            {
                "workflow_name": JUDGE_RECORDING,
                "queue_name": CALLS,
                "workflow_id": f"judge:{tenant}:{recording}:{cause}",
                "app_version": self._version,
            },
            tenant,
            recording,
        )

    def enqueue_rendering(
        self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str, delay_s: int
    ) -> None:
        """Have what is due of a recording's changes rendered some time after the transaction commits."""
        self._start(
            tx,
            {
                "workflow_name": RENDER_CHANGES,
                "queue_name": RENDERINGS,
                "workflow_id": f"render:{tenant}:{recording}:{cause}",
                "app_version": self._version,
                "queue_partition_key": recording,
                "delay_seconds": delay_s,
            },
            tenant,
            recording,
        )

    def enqueue_reconciliation(self, tx: Transaction, tenant: TenantId, *, hour: str) -> None:
        """Start the comparison of a tenant's recordings for an hour; naming it again starts nothing."""
        self._name(tx, (RECONCILE_TENANT, RECONCILIATIONS), f"reconcile:{tenant}:{hour}", tenant)

    def enqueue_notice(self, tx: Transaction, tenant: TenantId, version: str, *, cause: str) -> None:
        """Start the delivery of a version's notice; naming it again for the same cause starts nothing."""
        self._name(tx, (DELIVER_NOTICE, NOTICES), f"notice:{tenant}:{version}:{cause}", tenant, version)

    def enqueue_news(self, tx: Transaction, tenant: TenantId, notice: str, *, hour: str) -> None:
        """Start the sending of a notice to the tenant; naming it again for the same hour starts nothing."""
        self._name(tx, (TELL_TENANT, NOTICES), f"tell:{tenant}:{notice}:{hour}", tenant, notice)

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
        self._name(tx, (RETAIN_TENANT, RETENTION), f"retention:{tenant}:{day}", tenant)

    def enqueue_purge(self, tx: Transaction, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the purge of a recording for a cause; naming it again starts nothing."""
        self._name(tx, (PURGE_RECORDING, RETENTION), f"purge:{tenant}:{recording}:{cause}", tenant, recording)

    def enqueue_upkeep(self, tx: Transaction, work: str, tenant: TenantId, *more: str, once: str) -> None:
        """Start a piece of standing work of a tenant; naming it again under the same `once` starts nothing."""
        self._name(tx, (work, UPKEEP), f"{work}:{tenant}:{once}", tenant, *more)

    def enqueue_case(self, tx: Transaction, tenant: TenantId, sample: str, *, cause: str) -> None:
        """Start the making of an evaluation case; naming it again for the same cause starts nothing."""
        self.enqueue_upkeep(tx, WRITE_CASE, tenant, sample, once=f"{sample}:{cause}")

    def enqueue_call(
        self, tx: Transaction, tenant: TenantId, call: CallId, *, delay_s: int, cause: str = "ended"
    ) -> None:
        """Start the work on an ended call some time after the transaction commits; naming it again starts nothing."""
        self._start(
            tx,
            {
                "workflow_name": PROCESS_CALL,
                "queue_name": CALLS,
                "workflow_id": f"call:{tenant}:{call}" + ("" if cause == "ended" else f":{cause}"),
                "app_version": self._version,
                "delay_seconds": delay_s,
            },
            tenant,
            call,
        )

    def enqueue_delivery(
        self, tx: Transaction, tenant: TenantId, delivery: str, *, attempt: int, delay_s: int = 0
    ) -> None:
        """Start an attempt to tell a server some time after the transaction commits; naming it again starts nothing."""
        options: EnqueueOptions = {
            "workflow_name": DELIVER_EVENT,
            "queue_name": DELIVERIES,
            "workflow_id": f"delivery:{tenant}:{delivery}:{attempt}",
            "app_version": self._version,
        }
        if delay_s:
            options["delay_seconds"] = delay_s
        self._start(tx, options, tenant, delivery, attempt)

    def _name(self, tx: Transaction, work: tuple[str, str], name: str, *arguments: str) -> None:
        """Start a workflow in a queue under a name; naming it again starts nothing."""
        workflow, queue = work
        options: EnqueueOptions = {
            "workflow_name": workflow,
            "queue_name": queue,
            "workflow_id": name,
            "app_version": self._version,
        }
        self._start(tx, options, *arguments)

    def _start(self, tx: Transaction, options: EnqueueOptions, *arguments: str | int) -> None:
        """Enqueue in the transaction, and have the work go on in the trace that this runs in."""
        parent = current_parent()
        if parent:
            options = {**options, "authenticated_user": parent}
        self._client.enqueue_in_transaction(tx.connection, options, *arguments)

    def list_broken(self, *, since: datetime) -> tuple[tuple[str, str, str], ...]:
        """List work on recordings and calls that ended in an error of its own: kind, tenant, and which; each once.

        A recording that fails ends well, as failed; an error is what could not even be noted.
        """
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
        """Let go of the client."""
        self._client.destroy()
