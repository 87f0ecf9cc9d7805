"""What stands behind one hidden span: for whom it was allowed, while it is, and in the log before a byte is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import TenantId
from pipeline.model.reveal import Reveal, RevealState, watermark
from pipeline.model.transcript_file import read_transcript
from pipeline.redaction.clip import clip
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.reveals import get_reveal
from pipeline.store.session import Transaction
from pipeline.store.shown import check_for_people, check_not_ended
from pipeline.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """The words of one span, and what is written across them."""

    reveal: Reveal
    words: str = field(repr=False)
    watermark: str
    ends_at: datetime


def read_revealed(vault: Vault, tenant: TenantId, reveal: str, *, actor: str) -> Revealed:
    """Open the words of a span.

    Raises:
        NotFound: the tenant has no such reveal, nobody of this name asked for it, or the words are gone.
        NotPermitted: it is not allowed, not any more, or the recording has ended or is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        found, artifact = _opened(tx, reveal, ArtifactKind.TRANSCRIPT_ORIGINAL, actor=actor)
        ends_at, at = found.ends_at or tx.now, tx.now
    transcript = read_transcript(vault.read(artifact))
    said = [w for w in transcript.words if w.channel == found.channel and w.time.touches(found.time)]
    words = " ".join(word.text.strip() for word in said)
    return Revealed(reveal=found, words=words, watermark=watermark(found, actor=actor, at=at), ends_at=ends_at)


def read_clip(vault: Vault, tenant: TenantId, reveal: str, *, actor: str) -> bytes:
    """Open the sound of a span, as a WAV of its own.

    Raises:
        NotFound, NotPermitted: as `read_revealed`.
        InvalidInput: the sound has no such place.
    """
    with vault.database.transaction(tenant) as tx:
        found, artifact = _opened(tx, reveal, ArtifactKind.RECORDING_ORIGINAL, actor=actor)
    return clip(vault.read(artifact), channel=found.channel, time=found.time)


def _opened(tx: Transaction, reveal: str, kind: ArtifactKind, *, actor: str) -> tuple[Reveal, Artifact]:
    """Check everything, and note the read."""
    found = get_reveal(tx, reveal)
    if found.asked_by != actor:
        raise NotFound(f"no reveal {reveal[:40]}")
    state = found.state_at(tx.now)
    if state is not RevealState.ALLOWED:
        raise NotPermitted(f"the reveal is {state.value}")
    artifact = find_artifact(tx, found.recording, kind)
    if artifact is None:
        raise NotFound(f"recording {found.recording} has no {kind.value} any more")
    check_not_ended(tx, found.recording, artifact)
    check_for_people(tx, found.recording, artifact)
    facts: Facts = {
        "kind": kind.value,
        "recording": found.recording,
        "type": found.type.value,
        "purpose": found.purpose.value,
        "allowed_by": found.answered_by,
        "artifact": artifact.id,
    }
    add_event(tx, AuditTag.REVEAL_READ, actor=actor, target=found.id, facts=facts)
    return found, artifact
