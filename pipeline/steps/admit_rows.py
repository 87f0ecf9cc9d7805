"""Which artifacts of one recording go into a dataset: judged anew, tags read back, and every refusal by its code.

The flag on an object is a lock, so it is held against the record twice: as it was found, against the decision that was
in force, and as it reads back after the new decision was written. Where they disagree somebody else wrote one of them:
an alarm, and the artifact stays out.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.consent import jws
from pipeline.consent.receipt import TYP as RECEIPT_TYP
from pipeline.datasets.manifest import PolicyPart
from pipeline.datasets.recalls import Recalled
from pipeline.datasets.writer import Admitted
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.dataset import EXTENSIONS, DatasetScope, ExportRefusal
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.policies.case import moment_to_day
from pipeline.policies.tags import training_tags
from pipeline.steps.context import JudgeContext
from pipeline.steps.decide import judge_all
from pipeline.steps.put_in_force import Still, Verdict, keep_decision, training_tags_of
from pipeline.store.artifacts import find_artifact, list_artifacts
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call
from pipeline.store.decisions import find_decision
from pipeline.store.signing_keys import pinned_keys
from pipeline.telemetry import log

_SOUND: Final = (b"RIFF", b"RF64")
_SCHEMA: Final = "earmark.transcript.redacted/"
_REVERSIBLE: Final = "encrypt"


@dataclass(slots=True, kw_only=True)
class Admission:
    """One export's gate. `refused` counts the artifacts that stayed out, by every code that stands against them."""

    context: JudgeContext
    tenant: TenantId
    scope: DatasetScope
    marked: frozenset[str]
    recalled: Recalled
    refused: Counter[str] = field(default_factory=Counter)

    def admit(self, recording: RecordingId) -> list[Admitted]:
        """Judge a recording's artifacts at this moment and give those that may go in, with their bytes.

        Raises:
            IntegrityError: an object or a receipt was altered.
            StoreUnreachable: an object could not be read, and nothing is known of it; or something happened meanwhile.
        """
        judged = judge_all(self.context, self.tenant, recording, kinds=tuple(EXTENSIONS))
        in_force = self._in_force(recording, judged.verdicts)
        passed = [one for one in in_force if self._passes(one, recording, judged.still)]
        receipts = self._receipts(recording) if passed else ()
        admitted: list[Admitted] = []
        for one in passed:
            body = self._body(one.artifact)
            if body is None:
                continue
            sha256 = hashlib.sha256(body).hexdigest()
            if not receipts:
                self._refuse(ExportRefusal.NO_RECEIPT)
            elif sha256 in self.recalled.digests:
                self._refuse(ExportRefusal.RECALLED)
            else:
                admitted.append(self._admitted(one, recording, (body, sha256), receipts))
        return admitted

    def _in_force(self, recording: RecordingId, judged: Sequence[Verdict]) -> Iterator[Verdict]:
        """Give the rendering in force of each kind; older ones may show what was hidden since."""
        for kind in EXTENSIONS:
            made = [one for one in judged if one.artifact.kind is kind]
            with self.context.vault.database.transaction(self.tenant) as tx:
                in_force = find_artifact(tx, recording, kind)
            stand = [one for one in made if in_force is not None and one.artifact.id == in_force.id]
            self.refused.update([ExportRefusal.SUPERSEDED.value] * (len(made) - len(stand)))
            yield from stand

    def _passes(self, one: Verdict, recording: RecordingId, still: Still | None) -> bool:
        """Hold tag, record and scope against each other, and put the new decision in force where it matters."""
        training = one.record.training
        with self.context.vault.database.transaction(self.tenant) as tx:
            before = find_decision(tx, one.artifact.id)
        found = self._tags(one.artifact)
        if found is None:
            return self._refuse(ExportRefusal.UNUSABLE)
        if not self._agrees(one.artifact, found, training_tags_of(before)):
            keep_decision(self.context, one, still=still)
            return self._refuse(ExportRefusal.TAG_DISAGREES)
        if not training.eligible:
            if before is not None and before.is_training_eligible:
                keep_decision(self.context, one, still=still)  # a tightening is on the object before all else
            return self._refuse(*dict.fromkeys(reason.code for reason in training.reasons))
        if (training.scope, training.scope_id) != (self.scope.scope, self.scope.scope_id):
            return self._refuse(ExportRefusal.OTHER_SCOPE)
        if recording in self.marked:
            return self._refuse(ExportRefusal.RECALLED)
        if before is not None and before.digest == one.record.digest:
            return True  # the very decision that is in force, and its tags were just read back
        keep_decision(self.context, one, still=still)
        tags = training_tags(eligible=True, scope=training.scope, scope_id=training.scope_id)
        read_back = self._tags(one.artifact) or {}
        return self._agrees(one.artifact, read_back, tags) or self._refuse(ExportRefusal.TAG_DISAGREES)

    def _tags(self, artifact: Artifact) -> dict[str, str] | None:
        """Read an object's tags; None where there is no object."""
        try:
            return self.context.vault.objects.read_tags(artifact.object_key)
        except NotFound:
            return None

    def _agrees(self, artifact: Artifact, found: dict[str, str], expected: dict[str, str]) -> bool:
        """Say whether an object's tags say what the record does; where not, raise an alarm."""
        if expected.items() <= found.items():
            return True
        log().error("training.tag_disagrees", tenant=self.tenant, artifact=artifact.id, kind=artifact.kind.value)
        facts: Facts = {
            "kind": artifact.kind.value,
            "record": expected["training-eligible"],
            "tag": found.get("training-eligible"),
        }
        with self.context.vault.database.transaction(self.tenant) as tx:
            add_event(tx, AuditTag.TRAINING_TAG_DISAGREES, actor="system", target=artifact.id, facts=facts)
        return False

    def _receipts(self, recording: RecordingId) -> tuple[str, ...]:
        """Give the digests of the signed receipts by which somebody on this recording said yes to training."""
        with self.context.vault.database.transaction(self.tenant) as tx:
            keys = pinned_keys(tx)
            kept = [a for a in list_artifacts(tx, recording=recording) if a.kind is ArtifactKind.CONSENT_RECEIPT]
        found = set()
        for receipt in kept:
            token = self.context.vault.read(receipt)
            said = json.loads(jws.verify(token.decode(), typ=RECEIPT_TYP, pinned=keys).payload)
            if (said["purpose"], said["outcome"]) == (Purpose.TRAIN, Outcome.GRANTED):
                found.add(hashlib.sha256(token).hexdigest())
        return tuple(sorted(found))

    def _body(self, artifact: Artifact) -> bytes | None:
        """Open an artifact; None, and counted, where it is not of the form that a dataset holds."""
        try:
            body = self.context.vault.read(artifact)
        except NotFound:
            self._refuse(ExportRefusal.UNUSABLE)
            return None
        flaw = _flaw(artifact.kind, body)
        if flaw is not None:
            self._refuse(flaw)
        return body if flaw is None else None

    def _admitted(
        self, one: Verdict, recording: RecordingId, content: tuple[bytes, str], receipts: tuple[str, ...]
    ) -> Admitted:
        facts, policy = one.facts.artifact, one.record.policy
        return Admitted(
            artifact=one.artifact.id,
            recording=recording,
            kind=one.artifact.kind,
            body=content[0],
            sha256=content[1],
            decision=one.record.digest,
            policy=PolicyPart(id=policy.id, version=policy.version, digest=policy.digest),
            receipts=receipts,
            scope=DatasetScope(scope=one.record.training.scope, scope_id=one.record.training.scope_id),
            captured_on=moment_to_day(facts.captured_at),
            redaction_version=facts.redaction_version,
            language=self._language(one.artifact),
        )

    def _language(self, artifact: Artifact) -> str:
        if artifact.call is None:
            return "und"
        with self.context.vault.database.transaction(self.tenant) as tx:
            return get_call(tx, artifact.call).locale

    def _refuse(self, *codes: str) -> bool:
        self.refused.update(str(code) for code in codes)
        return False


def _flaw(kind: ArtifactKind, body: bytes) -> ExportRefusal | None:
    """Say what keeps bytes out that may be trained on: not sound, not a transcript of ours, or one to be undone."""
    if kind is ArtifactKind.RECORDING_REDACTED:
        return None if body.startswith(_SOUND) else ExportRefusal.UNUSABLE
    document = json.loads(body)
    if not str(document.get("schema")).startswith(_SCHEMA):
        return ExportRefusal.UNUSABLE
    return ExportRefusal.REVERSIBLE if document.get("style") == _REVERSIBLE else None
