"""A stored decision made again, from its own facts, policy and law alone, and held against what was stored.

The files that come with Earmark are not looked at, so it does not matter what they say by now. Whatever is missing or
was changed is told, and nothing is given then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.model.decision import RULES_VERSION, DecisionRecord, PolicyRef, canonical_json, to_plain
from pipeline.model.errors import IntegrityError, InvalidInput, NotFound
from pipeline.model.ids import ArtifactId
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide, facts_digest
from pipeline.policies.facts import Facts
from pipeline.policies.facts_json import read_stored_facts
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.store.decisions import StoredDecision, find_decision
from pipeline.store.policy_versions import find_law, find_version
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInputs:
    """Facts, policy and law of one decision; `later` are versions announced since, by digest."""

    facts: Facts
    bundle: Bundle
    matrix: JurisdictionMatrix
    later: Mapping[str, Bundle]


def replay_decision(tx: Transaction, artifact: ArtifactId, *, decision: str | None = None) -> DecisionRecord:
    """Make a stored decision again, and give it when it has the same bytes.

    Args:
        tx: the tenant's transaction.
        artifact: whose decision; it may be purged by now.
        decision: digest of an earlier decision; None: the one in force.

    Raises:
        NotFound: nothing was ever decided for it, or not that.
        IntegrityError: it was made under other rules, an input is missing or was changed, or the answer differs.
    """
    found = find_decision(tx, artifact, digest=decision)
    if found is None:
        raise NotFound(f"no decision for artifact {artifact}")
    made_from = inputs_of(tx, found)
    bundle = made_from.bundle
    record = decide(made_from.facts, bundle, made_from.matrix, made_from.later)
    # Policy and facts are named as they were stored: a later release may read them into values with more fields.
    ref = PolicyRef(id=bundle.id, version=bundle.version, digest=found.policy_digest)
    record = replace(record, policy=ref, facts_digest=facts_digest(found.facts))
    _compare(found, record)
    return record


def inputs_of(tx: Transaction, found: StoredDecision) -> DecisionInputs:
    """Read what a stored decision was made from.

    Raises:
        IntegrityError: it was made under other rules, or an input is missing or was changed.
    """
    _check_rules(found)
    facts = _facts(found)
    return DecisionInputs(
        facts=facts,
        bundle=_policy(tx, found.policy_digest),
        matrix=_law(tx, str(found.record["matrix_digest"])),
        later={v.digest: _policy(tx, v.digest) for v in facts.later_policies if v.digest is not None},
    )


def _check_rules(found: StoredDecision) -> None:
    rules = found.record.get("rules_version")
    if rules != RULES_VERSION:
        line = f"decided under rules {rules}, and this release has rules {RULES_VERSION}: replay it with the one it had"
        raise IntegrityError(line)


def _facts(found: StoredDecision) -> Facts:
    if facts_digest(found.facts) != found.record.get("facts_digest"):
        raise IntegrityError(f"the stored facts of decision {found.digest[:12]} are not those it was made from")
    try:
        return read_stored_facts(found.facts)
    except InvalidInput as error:
        raise IntegrityError(f"decision {found.digest[:12]}: this release cannot read its {error}") from error


def _policy(tx: Transaction, digest: str) -> Bundle:
    version = find_version(tx, digest)
    if version is None:
        raise IntegrityError(f"the policy {digest[:12]} that judged is not kept")
    return version.bundle


def _law(tx: Transaction, digest: str) -> JurisdictionMatrix:
    matrix = find_law(tx, digest)
    if matrix is None:
        raise IntegrityError(f"the law {digest[:12]} that was joined is not kept")
    return matrix


def _compare(found: StoredDecision, record: DecisionRecord) -> None:
    """Hold every byte against what was stored, and the digest that the audit log names."""
    if canonical_json(record) != canonical_json(found.record):
        differing = ", ".join(_differing(found.record, to_plain(record)))
        raise IntegrityError(f"decision {found.digest[:12]} comes out otherwise: {differing}")
    if record.digest != found.digest:
        raise IntegrityError(f"decision {found.digest[:12]} has another digest: {record.digest[:12]}")


def _differing(stored: Mapping[str, Any], made: object) -> list[str]:
    fresh: Mapping[str, Any] = made if isinstance(made, Mapping) else {}
    names = sorted(stored.keys() | fresh.keys())
    return [name for name in names if canonical_json(stored.get(name)) != canonical_json(fresh.get(name))]
