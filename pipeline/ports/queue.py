"""Work that must happen, started in the same transaction as the news that asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pipeline.model.ids import CallId, RecordingId, TenantId


class WorkQueue(Protocol):
    """A durable queue. Work named twice runs once."""

    def enqueue_recording(self, tx: Any, tenant: TenantId, recording: RecordingId) -> None:
        """Start the work on a completed recording when `tx` commits, and not otherwise.

        Args:
            tx: the open transaction (`pipeline.store.session.Transaction`); what is rolled back starts nothing.
            tenant: whose recording; tenants share the workers fairly.
            recording: which; one recording is worked on once, however often it is named.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_recordings(
        self,
        tx: Any,
        tenant: TenantId,
        recordings: Sequence[RecordingId],
        *,
        parents: Mapping[RecordingId, str] | None = None,
    ) -> None:
        """Start the work on several recordings of a tenant, as `enqueue_recording` does for one; none is no work.

        `parents` names the request that caused each, as a `traceparent`; without it, it is the one that this runs in.

        Raises:
            StoreUnreachable: the queue cannot be written to; then none is started.
        """
        ...

    def enqueue_retry(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the work on a recording again when `tx` commits, from its first step.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose recording.
            recording: which; it is worked on again once for each cause.
            cause: the id of the reason for which somebody asked.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_answer(
        self, tx: Any, tenant: TenantId, request: str, *, cause: str, also: Sequence[RecordingId] = ()
    ) -> None:
        """Start what answers a person's request when `tx` commits.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose request.
            request: which; it is worked on once for each cause, and answering what was answered changes nothing.
            cause: the id of the reason for which somebody decided it.
            also: recordings in which somebody looked and found the person.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_call(self, tx: Any, tenant: TenantId, call: CallId, *, delay_s: int, cause: str = "ended") -> None:
        """Start the work on an ended call when `tx` commits, and not before `delay_s` seconds later.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose call.
            call: which; one call is worked on once for each cause, however often it is named.
            delay_s: time for late news of the call and its recordings to come in.
            cause: why: it ended, or something was told after its end, such as `withdrawn:caller:1`.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_purge(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Start the purge of a recording when `tx` commits, and not otherwise.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose recording.
            recording: which; it is purged once for each cause, however often it is named.
            cause: the id of what ended it, such as a request's.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_case(self, tx: Any, tenant: TenantId, sample: str, *, cause: str) -> None:
        """Have the evaluation case of a finished quality review made when `tx` commits, and not otherwise.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose sample.
            sample: which; its case is made once for each cause.
            cause: why now: it was finished, or a change of the rates allows it.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_judging(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str) -> None:
        """Have a recording judged again when `tx` commits, because something about it changed.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose recording.
            recording: which; it is judged once for each cause.
            cause: what changed, such as `child-agent_flag`.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_rendering(self, tx: Any, tenant: TenantId, recording: RecordingId, *, cause: str, delay_s: int) -> None:
        """Have what reviewers changed of a recording rendered when `tx` commits, `delay_s` seconds later or more.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose recording.
            recording: which; its versions are rendered one after the other, once for each cause.
            cause: the id of the change or the batch.
            delay_s: time in which a change can be taken back.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_notice(self, tx: Any, tenant: TenantId, version: str, *, cause: str) -> None:
        """Have the notice of a policy's version delivered when `tx` commits, and not otherwise.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: who is told.
            version: which, by its name; it is sent once for each cause.
            cause: why now: it was published, or an hour in which it had not arrived.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_redecision(
        self, tx: Any, tenant: TenantId, job: str, *, chunks: Sequence[int], cause: str = ""
    ) -> None:
        """Have chunks of what a tenant has judged again when `tx` commits, and not otherwise.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose artifacts.
            job: the planned judging.
            chunks: their numbers, from 1; each is judged once for each cause.
            cause: why once more; empty at first.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...

    def enqueue_delivery(self, tx: Any, tenant: TenantId, delivery: str, *, attempt: int, delay_s: int = 0) -> None:
        """Have a server of the tenant be told of something when `tx` commits, and not before `delay_s` seconds later.

        Args:
            tx: the open transaction; what is rolled back starts nothing.
            tenant: whose server.
            delivery: what it is told.
            attempt: which attempt this will be; each is made once.
            delay_s: how long to wait.

        Raises:
            StoreUnreachable: the queue cannot be written to.
        """
        ...
