"""A recording that was made before Earmark knew of it: noted once, with what is attested of the consent to it.

Each purpose is attested by itself; training never is. Who attested it, and the digest of the file of evidence, stand in
the audit log; where the evidence is stands sealed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.consent.attested import Made, basis_of, recording_of
from pipeline.model.audit import AuditTag
from pipeline.model.call import Call
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.bulk_evidence import Evidence, mark_attached
from pipeline.store.calls import add_call, add_leg, find_call_by_sid
from pipeline.store.consents import add_consent
from pipeline.store.recordings import Told, note_recordings
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """Who attests what, by which job and from which file of evidence."""

    evidence: Evidence
    job: str
    file_sha256: str
    actor: str


def backfill_recording(
    tx: Transaction,
    owner: Tenant,
    made: Made,
    given: Attestation,
    *,
    judged_by: tuple[Bundle, str],
    keys: Keys,
) -> Recording:
    """Add call, legs, what is attested, and the recording.

    Args:
        tx: the tenant's transaction, in which it was seen that the recording is not known.
        owner: the tenant.
        made: the recording.
        given: what is attested, by whom.
        judged_by: the policy in force, and the version of the law.
        keys: the keeper of keys.
    """
    bundle, matrix_version = judged_by
    basis = basis_of(made, given.evidence.attested, owner, policy_digest=bundle.digest, matrix_version=matrix_version)
    call = _call(tx, made, basis.call, keys)
    for leg in basis.legs:
        add_leg(tx, replace(leg, call=call))
    for event in basis.consents:
        add_consent(tx, call, event, cause=f"evidence:{given.evidence.id}", actor=given.actor)
    recording = recording_of(made, owner, call=call, now=tx.now)
    (noted,) = note_recordings(tx, [Told(recording=recording, encryption=made.encryption)])
    mark_attached(tx, given.evidence.id, noted.id)
    ways = sorted({one.way.value for one in given.evidence.attested})
    facts: Facts = {
        "job": given.job,
        "evidence": given.evidence.id,
        "evidence_sha256": given.file_sha256,
        "ways": ",".join(ways),
        "source": made.source,
    }
    add_event(tx, AuditTag.EVIDENCE_ATTACHED, actor=given.actor, target=noted.id, facts=facts)
    return noted


def _call(tx: Transaction, made: Made, call: Call | None, keys: Keys) -> CallId:
    """Add the call, or find it where another recording of it came before."""
    known = find_call_by_sid(tx, made.call_sid)
    if known is not None:
        return known.id
    if call is None:
        raise InvalidInput(f"no call is attested of {made.recording_sid}")
    add_call(tx, call, training_gate=False, numbers={}, keys=keys)
    return call.id
