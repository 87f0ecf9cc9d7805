"""Draws a published recording for a quality review, or not: by its id under the tenant's key, at the tenant's rate."""

from __future__ import annotations

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.draw import Drawn, is_drawn
from pipeline.model.ids import RecordingId
from pipeline.ports.keys import Keys
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.quality_rates import find_rates
from pipeline.store.quality_samples import NewSample, add_sample
from pipeline.store.session import Transaction


def draw_sample(tx: Transaction, recording: RecordingId, *, keys: Keys) -> bool:
    """Draw a recording in the transaction that publishes it first; say whether it was drawn.

    Raises:
        NotFound: the tenant's key was destroyed.
    """
    rates = find_rates(tx)
    if not rates.rate:
        return False
    key = keys.digest_key(tx.tenant)
    if not is_drawn(key, recording, rates.rate, what=Drawn.SAMPLE):
        return False
    manifest, transcript, audio = (
        find_artifact(tx, recording, kind)
        for kind in (ArtifactKind.REDACTION_MANIFEST, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.RECORDING_REDACTED)
    )
    if manifest is None or transcript is None or audio is None:
        return False
    drawn = NewSample(
        recording=recording,
        manifest=manifest.id,
        transcript=transcript.id,
        audio=audio.id,
        rate=rates.rate,
        has_second=is_drawn(key, recording, rates.second_rate, what=Drawn.SECOND_READER),
    )
    sample = add_sample(tx, drawn)
    if sample is None:
        return False
    facts: Facts = {"recording": recording, "rate": rates.rate}
    add_event(tx, AuditTag.QUALITY_DRAWN, actor="system", target=sample, facts=facts)
    return True
