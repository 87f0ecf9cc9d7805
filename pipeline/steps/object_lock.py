"""Object lock where a law makes us keep something: nobody, this program included, can destroy it earlier.

A date in COMPLIANCE mode is never taken back, so only established minimums of law become one; a policy's own period and
a tenant's setting do not. What the store says after it was set is asked for again, by name.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IntegrityError
from pipeline.policies.bundle import Bundle
from pipeline.policies.facts import Facts
from pipeline.policies.retention import mandated_until
from pipeline.steps.context import JudgeContext
from pipeline.store.audit import Facts as AuditFacts
from pipeline.store.audit import add_event


def lock_as_mandated(context: JudgeContext, artifact: Artifact, facts: Facts, bundle: Bundle) -> datetime | None:
    """Lock an artifact's object until the last minimum that a law sets for it; a later lock stays as it is.

    Returns:
        The moment it is locked until; None where no law asks, or the day has passed.

    Raises:
        IntegrityError: the store says that it locked, and reads back otherwise.
        StoreDenied, StoreUnreachable: the store did not lock; the decision is made again.
    """
    day = mandated_until(facts, bundle, context.law.matrix)
    if day is None or day <= facts.as_of.date():
        return None
    objects, key, until = context.vault.objects, artifact.object_key, datetime.combine(day, time(), UTC)
    before = objects.read_lock(key).retain_until
    if before is not None and before >= until:
        return before
    objects.lock(key, retain_until=until)
    shown = objects.read_lock(key).retain_until
    if shown != until:
        raise IntegrityError("an object lock reads back otherwise than it was set")
    with context.vault.database.transaction(artifact.tenant) as tx:
        locked: AuditFacts = {"until": day.isoformat(), "kind": artifact.kind.value}
        add_event(tx, AuditTag.ARTIFACT_LOCKED, actor="system", target=artifact.id, facts=locked)
    return shown
