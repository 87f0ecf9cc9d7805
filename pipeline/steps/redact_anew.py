"""Find anew what an older detector hid: the next version of a redaction, from the originals and proved like the first.

What reviewers decided about it is taken over: what they added or confirmed stays hidden, what they let stand is shown.
Nothing that is kept here is in force: that it becomes by `publish_anew`, once it is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.bulk import BulkOutcome
from pipeline.model.errors import NotFound, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.review import ChangeKind, ChangeState, RedactionChange
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Conversation, Transcript
from pipeline.model.transcript_file import read_transcript
from pipeline.redaction.changes import apply_changes, is_hidden_again
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.manifest_diff import Difference, DiffKind, diff_manifests, hull
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.detect import find_entities, profile_of, read_conversation
from pipeline.steps.redact_audio import original_of, prove_audio
from pipeline.steps.redact_text import read_manifest
from pipeline.steps.render_version import CONTRADICTED, keep_version, text_with_corrections
from pipeline.store.artifacts import find_artifact
from pipeline.store.outdated import why_left
from pipeline.store.recordings import merge_facts, read_facts
from pipeline.store.redaction_changes import list_changes
from pipeline.store.redaction_versions import add_version, get_version

_MORE: Final = frozenset({DiffKind.ADDED, DiffKind.MOVED, DiffKind.MUTED})
_LESS: Final = frozenset({DiffKind.REMOVED, DiffKind.MOVED, DiffKind.SOUNDED})


def redact_anew(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Detect, render and prove with the detector of now, and keep a version's artifacts where it hides otherwise.

    Returns:
        The `outcome`; where it is `new_version`, its `number`, artifacts and facts, in how many places it hides `more`
        and `less`. Where the very same is hidden, only the detector is noted.
    """
    found, owner = context.read(tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        left = why_left(tx, found)
        if left is None and read_facts(tx, recording).get("detector") == context.detector.version:
            left = BulkOutcome.CURRENT
        if left is not None:
            return {"outcome": left.value}
        current = get_version(tx, recording)
        add_version(tx, current)  # what is kept from here on is not in force because it is the newest
        changes = list_changes(tx, recording, states=(ChangeState.RENDERED, ChangeState.NOTED))
    try:
        made = _render(context, found, owner, changes)
    except Withheld as withheld:
        return {"outcome": BulkOutcome.NOT_PROVED.value, "reason": withheld.reason}
    if made is None:
        with context.vault.database.transaction(tenant) as tx:
            merge_facts(tx, recording, {"detector": context.detector.version})
        return {"outcome": BulkOutcome.SAME.value}
    return {"outcome": BulkOutcome.NEW_VERSION.value, "number": current.number + 1, "changes": [], **made}


def _render(
    context: StepContext, recording: Recording, owner: Tenant, changes: Sequence[RedactionChange]
) -> Mapping[str, Any] | None:
    """Keep what the detector of now makes of a recording; None where it is what is in force.

    Raises:
        Withheld: it cannot be proved.
    """
    made_by, before = read_manifest(context, recording.tenant, recording.id)
    heard = _heard(context, recording, owner)
    fresh = find_entities(context, recording, owner, heard=heard)
    profile = profile_of(owner, words_key=context.vault.keys.digest_key(recording.tenant))
    changed = apply_changes(fresh, heard[1], tuple(_taken_over(fresh, changes)), profile=profile)
    source = original_of(context, recording)
    proved = prove_audio(context, recording, source, changed.manifest, let_stand=changed.let_stand)
    if is_hidden_again(changed.manifest, proved.manifest, changed.let_stand):
        raise Withheld(CONTRADICTED)
    found = diff_manifests(before, proved.manifest)
    if not found and _names(before) == _names(proved.manifest):
        return None
    text = text_with_corrections(context, recording, heard[1], proved.manifest, style=profile.text_style)
    kept = dict(keep_version(context, recording, (source, made_by), proved, text))
    kept["facts"] = {**kept["facts"], "detector": context.detector.version}
    return {**kept, "more": _many(found, _MORE), "less": _many(found, _LESS)}


def _heard(context: StepContext, recording: Recording, owner: Tenant) -> tuple[Transcript, Conversation]:
    with context.vault.database.transaction(recording.tenant) as tx:
        artifact = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_ORIGINAL)
    if artifact is None:
        raise NotFound(f"recording {recording.id} was not transcribed")
    conversation, _ = read_conversation(context, recording, owner)
    return read_transcript(context.vault.read(artifact)), conversation


def _taken_over(fresh: Manifest, changes: Sequence[RedactionChange]) -> Iterator[RedactionChange]:
    """Give the changes in their order; what somebody confirmed and this detector does not find is added."""
    for change in sorted(changes, key=lambda change: (change.at, change.id)):
        if change.kind is not ChangeKind.CONFIRM:
            yield change
        elif not any(change.is_of(entry.type, entry.channel, hull(entry)) for entry in fresh.entries):
            yield replace(change, kind=ChangeKind.ADD)


def _names(manifest: Manifest) -> list[tuple[int, int, str]]:
    """Say what stands in the text in place of what is hidden."""
    return [(entry.turn, entry.span.start, entry.label) for entry in manifest.entries]


def _many(found: Sequence[Difference], kinds: frozenset[DiffKind]) -> int:
    return sum(difference.kind in kinds for difference in found)
