"""Starting durable work from inside the transaction of the news that asks for it."""

from __future__ import annotations

from typing import Any, Final

from dbos import DBOSClient
from sqlalchemy import Engine

from pipeline.model.ids import RecordingId, TenantId
from pipeline.workflows.serializer import JsonSerializer

RECORDINGS: Final = "recordings"
PROCESS_RECORDING: Final = "process_recording"


class DurableQueue:
    """Fills `pipeline.ports.queue.WorkQueue` with the engine's own tables in the same PostgreSQL."""

    def __init__(self, engine: Engine, *, version: str) -> None:
        """Use the app's own connections, so that enqueueing is part of the app's transaction.

        Args:
            engine: the database that also holds the engine's tables.
            version: the workflows' version that new work is started on.
        """
        self._client = DBOSClient(
            system_database_engine=engine, serializer=JsonSerializer(), application_name="earmark", lazy=True
        )
        self._version = version

    def enqueue_recording(self, tx: Any, tenant: TenantId, recording: RecordingId) -> None:
        """Start the work on a recording when the transaction commits; naming it again starts nothing."""
        self._client.enqueue_in_transaction(
            tx.connection,
            {
                "workflow_name": PROCESS_RECORDING,
                "queue_name": RECORDINGS,
                "workflow_id": f"recording:{tenant}:{recording}",
                "queue_partition_key": tenant,
                "app_version": self._version,
            },
            tenant,
            recording,
        )

    def close(self) -> None:
        """Let go of the client."""
        self._client.destroy()
