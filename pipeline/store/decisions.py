"""Decision records as they were made. Rows are only added; the newest of an artifact is the one in force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, Text, any_, cast, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.audit import AuditTag
from pipeline.model.ids import ArtifactId, new_id
from pipeline.store.audit import Facts, Happening, add_events
from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts, decisions, recordings

_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision with its inputs, as JSON values without any content of the call."""

    artifact: ArtifactId
    digest: str
    policy_id: str
    policy_digest: str
    record: Mapping[str, Any]
    facts: Mapping[str, Any]
    retain_until: date | None
    review_on: date | None
    disposition: str
    is_training_eligible: bool


def add_decisions(tx: Transaction, made: Sequence[StoredDecision]) -> frozenset[ArtifactId]:
    """Keep decisions of different artifacts unless the same ones are there, and put them in force for their artifacts.

    There are as few statements for many as for one.

    Returns:
        The artifacts of which the decision was not there yet, and is in force now.
    """
    rows = {new_id("dec"): decision for decision in made}
    added = set(add_rows(tx, decisions, [_row(tx, *item) for item in rows.items()], returning=decisions.c.id))
    new = [decision for name, decision in rows.items() if name in added]
    add_events(tx, [_happening(decision) for decision in new])
    if new:
        tx.connection.execute(_PUT_IN_FORCE, {"tenant": tx.tenant, "rows": json.dumps([_terms(one) for one in new])})
    return frozenset(decision.artifact for decision in new)


def _row(tx: Transaction, name: str, decision: StoredDecision) -> dict[str, Any]:
    return {
        "id": name,
        "tenant": tx.tenant,
        "artifact_id": decision.artifact,
        "digest": decision.digest,
        "policy_id": decision.policy_id,
        "policy_digest": decision.policy_digest,
        "record": dict(decision.record),
        "facts": dict(decision.facts),
        "retain_until": decision.retain_until,
        "training_eligible": decision.is_training_eligible,
        "decided_at": tx.now,
    }


def _happening(decision: StoredDecision) -> Happening:
    facts: Facts = {
        "digest": decision.digest,
        "policy_digest": decision.policy_digest,
        "training_eligible": decision.is_training_eligible,
        "retain_until": decision.retain_until.isoformat() if decision.retain_until else None,
    }
    return Happening(tag=AuditTag.ARTIFACT_DECIDED, actor="system", target=decision.artifact, facts=facts)


def _terms(decision: StoredDecision) -> dict[str, Any]:
    return {
        "id": decision.artifact,
        "decision_digest": decision.digest,
        "policy_digest": decision.policy_digest,
        "retain_until": decision.retain_until.isoformat() if decision.retain_until else None,
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
        "disposition": decision.disposition,
        "training_eligible": decision.is_training_eligible,
    }


_PUT_IN_FORCE: Final = text("""
    update earmark.artifacts a
    set decision_digest = n.decision_digest, policy_digest = n.policy_digest, retain_until = n.retain_until,
        disposition = n.disposition, training_eligible = n.training_eligible,
        review_on = case when a.review_on is null or n.review_on is null then n.review_on
                         else least(a.review_on, n.review_on) end
    from jsonb_populate_recordset(null::earmark.artifacts, cast(:rows as jsonb)) n
    where a.tenant = :tenant and a.id = n.id
""")
"""Writes onto the artifacts' rows what the nightly run and exports look for, so that an index finds it.

A review that is due stays where it is: a new decision is no justification, and does not put it off.
"""


def stop_training(tx: Transaction, *, recordings: Sequence[str] = (), calls: Sequence[str] = ()) -> int:
    """Let nothing of recordings and calls be trained on from this commit on; the next decision says why.

    Returns:
        How many artifacts could have been until now.
    """
    scope = artifacts.c.recording_id.in_(recordings) | artifacts.c.call_id.in_(calls)
    stopped = tx.connection.execute(
        update(artifacts)
        .where(artifacts.c.tenant == tx.tenant, artifacts.c.training_eligible, scope)
        .values(training_eligible=False)
    )
    return stopped.rowcount


def find_decision(tx: Transaction, artifact: ArtifactId, *, digest: str | None = None) -> StoredDecision | None:
    """Find the decision in force for an artifact, or an earlier one by its digest."""
    query = select(decisions).where(decisions.c.tenant == tx.tenant, decisions.c.artifact_id == artifact)
    if digest is not None:
        query = query.where(decisions.c.digest == digest)
    # Of two made at the same moment the row of the artifact says which was put in force last.
    in_force = (
        select(artifacts.c.decision_digest)
        .where(artifacts.c.tenant == tx.tenant, artifacts.c.id == artifact)
        .scalar_subquery()
    )
    newest = (decisions.c.decided_at.desc(), (decisions.c.digest == in_force).desc())
    row = tx.connection.execute(query.order_by(*newest).limit(1)).first()
    return None if row is None else _decision(row)


def find_decisions(tx: Transaction, wanted: Sequence[ArtifactId]) -> dict[ArtifactId, StoredDecision]:
    """Find the decisions in force for several living artifacts; one that nobody judged is left out."""
    query = _in_force(tx).where(artifacts.c.id == any_(cast(list(wanted), ARRAY(Text))))
    return {ArtifactId(row.artifact_id): _decision(row) for row in tx.connection.execute(query)}


def list_in_force(tx: Transaction) -> Iterator[StoredDecision]:
    """Give the decision in force of every living artifact that has one, a page at a time, by the artifact's id."""
    query = _in_force(tx).order_by(decisions.c.artifact_id).limit(_PAGE)
    last = ""
    while rows := tx.connection.execute(query.where(decisions.c.artifact_id > last)).all():
        for row in rows:
            yield _decision(row)
        last = rows[-1].artifact_id


def list_latest_in_force(tx: Transaction, *, recordings_count: int) -> tuple[tuple[str, StoredDecision], ...]:
    """Give the decisions in force of the latest recordings, each with its recording's id, the newest first."""
    latest = (
        select(recordings.c.id, recordings.c.created_at)
        .where(recordings.c.tenant == tx.tenant)
        .order_by(recordings.c.created_at.desc(), recordings.c.id)
        .limit(recordings_count)
        .subquery()
    )
    query = _in_force(tx).join(latest, latest.c.id == artifacts.c.recording_id)
    named = query.add_columns(latest.c.id.label("recording"))
    ordered = named.order_by(latest.c.created_at.desc(), latest.c.id, decisions.c.artifact_id)
    return tuple((row.recording, _decision(row)) for row in tx.connection.execute(ordered))


def _in_force(tx: Transaction) -> Select[Any]:
    is_in_force = (
        (artifacts.c.tenant == decisions.c.tenant)
        & (artifacts.c.id == decisions.c.artifact_id)
        & (artifacts.c.decision_digest == decisions.c.digest)
    )
    return (
        select(decisions)
        .join(artifacts, is_in_force)
        .where(decisions.c.tenant == tx.tenant, artifacts.c.purged_at.is_(None))
    )


def _decision(row: Row[Any]) -> StoredDecision:
    retention = row.record["retention"]
    reviewed = retention["review_on"]
    return StoredDecision(
        artifact=ArtifactId(row.artifact_id),
        digest=row.digest,
        policy_id=row.policy_id,
        policy_digest=row.policy_digest,
        record=row.record,
        facts=row.facts,
        retain_until=row.retain_until,
        review_on=date.fromisoformat(reviewed) if reviewed else None,
        disposition=retention["disposition"],
        is_training_eligible=row.training_eligible,
    )
