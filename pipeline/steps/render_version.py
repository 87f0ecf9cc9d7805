"""Render what reviewers changed: the next version of a redaction, from the originals and proved like the first one.

Nothing that is kept here is in force: that it becomes by `publish_version`, once it is decided. What hides more goes
on without what hides less, where only the two together cannot be proved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import IllegalTransition, NotFound, Withheld
from pipeline.model.ids import ArtifactId, RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.review import CORRECTABLE, ChangeKind, ChangeState, RedactionChange, RedactionVersion
from pipeline.model.transcript import Conversation
from pipeline.redaction.changes import RECOGNIZER, apply_changes, is_hidden_again
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import TextStyle
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.detect import profile_of, read_conversation
from pipeline.steps.redact_audio import Proved, original_of, prove_audio
from pipeline.steps.redact_text import read_manifest, text_of, to_bytes
from pipeline.store.artifacts import find_artifact
from pipeline.store.endings import list_endings_of
from pipeline.store.redaction_changes import claim_due, list_changes
from pipeline.store.redaction_versions import add_version, get_version

CONTRADICTED = "the same is hidden elsewhere in the call"
"""Why something cannot be shown although nothing is wrong with the rendering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be rendered on top of which version; `standing` are the changes that are in it already."""

    current: RedactionVersion
    standing: tuple[RedactionChange, ...]
    claimed: tuple[RedactionChange, ...]


def render_version(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Take up the changes that are due, render and prove a version with them, and keep its artifacts.

    Returns:
        `is_due`, and where it is: the new version's `number` and artifacts, or None where nothing could be proved; ids
        of the `changes` that are in it and of those that `failed`, with the `reason`.

    Raises:
        NotFound: nothing was rendered of this recording, or its original is gone.
        IllegalTransition: it has ended.
    """
    found, _ = context.read(tenant, recording)
    asked = _claim(context, found)
    if not asked.claimed:
        return {"is_due": False}
    reason = ""
    for tried in _from_whole_to_safe(asked.claimed):
        try:
            kept = _render(context, found, asked, tried)
        except Withheld as withheld:
            reason = reason or withheld.reason
            continue
        failed = [change.id for change in asked.claimed if change not in tried]
        made = {"number": asked.current.number + 1, "changes": [change.id for change in tried]}
        return {"is_due": True, **made, **kept, "failed": failed, "reason": reason}
    failed = [change.id for change in asked.claimed]
    return {"is_due": True, "number": None, "changes": [], "failed": failed, "reason": reason}


def _claim(context: StepContext, recording: Recording) -> _Asked:
    with context.vault.database.transaction(recording.tenant) as tx:
        if recording.state not in CORRECTABLE or list_endings_of(tx, recording=recording.id, call=recording.call):
            raise IllegalTransition("a recording that has ended or was never published is not rendered again")
        claimed = claim_due(tx, recording.id)
        current = get_version(tx, recording.id)
        if claimed:
            # From here on what is kept last is not in force any more: the version that is has its row.
            add_version(tx, current)
        standing = list_changes(tx, recording.id, states=(ChangeState.RENDERED,))
    return _Asked(current=current, standing=standing, claimed=claimed)


def _from_whole_to_safe(claimed: tuple[RedactionChange, ...]) -> list[tuple[RedactionChange, ...]]:
    """Give what is tried: everything, then what hides more by itself."""
    adding = tuple(change for change in claimed if change.kind is ChangeKind.ADD)
    return [claimed, adding] if adding and adding != claimed else [claimed]


def _render(
    context: StepContext, recording: Recording, asked: _Asked, tried: Sequence[RedactionChange]
) -> Mapping[str, Any]:
    _, owner = context.read(recording.tenant, recording.id)
    made_by, manifest = read_manifest(context, recording.tenant, recording.id)
    conversation, _ = read_conversation(context, recording, owner)
    profile = profile_of(owner, words_key=context.vault.keys.digest_key(recording.tenant))
    in_order = sorted([*asked.standing, *tried], key=lambda change: (change.at, change.id))
    changed = apply_changes(manifest, conversation, in_order, profile=profile)
    source = original_of(context, recording)
    proved = prove_audio(context, recording, source, changed.manifest, let_stand=changed.let_stand)
    if is_hidden_again(changed.manifest, proved.manifest, changed.let_stand):
        raise Withheld(CONTRADICTED)
    text = text_with_corrections(context, recording, conversation, proved.manifest, style=profile.text_style)
    return keep_version(context, recording, (source, made_by), proved, text)


def keep_version(
    context: StepContext, recording: Recording, made_from: tuple[Artifact, Artifact], proved: Proved, text: bytes
) -> Mapping[str, Any]:
    """Keep the three artifacts of a version; parents are what they were made from, the earlier manifest too."""
    source, earlier = made_from
    vault, shelf = context.vault, shelf_of(recording)
    with vault.database.transaction(recording.tenant) as tx:
        heard = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_ORIGINAL)
    if heard is None:
        raise NotFound(f"recording {recording.id} was not transcribed")
    lineage: tuple[ArtifactId, ...] = (heard.id, earlier.id)
    manifest = vault.keep(shelf, ArtifactKind.REDACTION_MANIFEST, proved.manifest.to_json(), parents=lineage)
    audio = vault.keep(shelf, ArtifactKind.RECORDING_REDACTED, proved.redacted, parents=(source.id, manifest.id))
    kept = vault.keep(shelf, ArtifactKind.TRANSCRIPT_REDACTED, text, parents=(heard.id, manifest.id))
    facts = proved.facts(widened=proved.attempts - 1)
    return {"manifest": manifest.id, "audio": audio.id, "text": kept.id, "facts": dict(facts)}


def text_with_corrections(
    context: StepContext, recording: Recording, conversation: Conversation, manifest: Manifest, *, style: TextStyle
) -> bytes:
    """Render the transcript; what the person on the call had corrected in the earlier one stands in it too."""
    with context.vault.database.transaction(recording.tenant) as tx:
        before = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_REDACTED)
    document = text_of(context, recording, manifest)
    earlier = json.loads(context.vault.read(before)) if before is not None else {}
    if corrections := earlier.get("corrections"):
        added = list(_added(conversation, manifest))
        document["corrections"] = [{**one, "text": _without(one["text"], added)} for one in corrections]
    return to_bytes(document)


def _added(conversation: Conversation, manifest: Manifest) -> Iterable[tuple[str, str]]:
    """Give what reviewers added, as it was said, with what stands in its place. In memory only."""
    texts = {turn.index: turn.text for turn in conversation.turns}
    for entry in manifest.entries:
        if any(evidence.recognizer == RECOGNIZER for evidence in entry.evidence):
            yield texts[entry.turn][entry.span.start : entry.span.end], f"[{entry.type.value}]"


def _without(text: str, added: Iterable[tuple[str, str]]) -> str:
    for said, shown in added:
        # Neither has a meaning of its own here: what was said is escaped, and a label holds no backslash.
        text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", shown, text, flags=re.IGNORECASE)
    return text
