"""Make a recording findable by what is said in it: digests of the words of its redacted transcript, nothing else.

Run again after a new version of the redaction, it puts the new words in the place of the old ones.
"""

from __future__ import annotations

import json

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.redaction.word_terms import transcript_terms, words_key
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.store.artifacts import find_artifact
from pipeline.store.recordings import get_recording
from pipeline.store.word_index import forget_words, put_terms


def index_words(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Index the words of the newest redacted transcript; what is not published, or purged, is found by none.

    Returns:
        How many different words there are.
    """
    with context.vault.database.transaction(tenant) as tx:
        artifact = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
        if artifact is None or get_recording(tx, recording).state is not RecordingState.PUBLISHED:
            forget_words(tx, recording)
            return {"words": 0}
    document = json.loads(context.vault.read(artifact))
    terms = transcript_terms(document, key=words_key(context.vault.keys.digest_key(tenant)))
    with context.vault.database.transaction(tenant) as tx:
        now = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
        if now is None or now.id != artifact.id:
            return {"words": 0}  # purged or replaced meanwhile: whoever replaced it indexes it
        if not put_terms(tx, recording, artifact.id, terms):
            return {"words": 0}
    return {"words": len(terms)}
