"""A recording as whoever writes a person's correction reads it: the redacted turns, and what was corrected before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.subject import RequestKind
from pipeline.reads.artifact import read_redacted
from pipeline.reads.subject_request import ReadRequest
from pipeline.store.artifacts import find_artifact
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction
from pipeline.store.subject_person import is_requester_in
from pipeline.store.subject_requests import get_request
from pipeline.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTurn:
    """One turn. `corrected` is what stands beside it by now; empty where nothing does."""

    turn: int
    speaker: str
    text: str = field(repr=False)
    corrected: str = field(repr=False)


def read_correction_sheet(
    vault: Vault, tenant: TenantId, request: str, recording: RecordingId, *, actor: str
) -> tuple[SheetTurn, ...]:
    """Read the redacted turns of a recording for a request of correction; the reading stands in the audit log.

    Raises:
        NotFound: no such request or recording, or it has no transcript.
        InvalidInput: a request of another kind, or the person was not found in the recording.
        NotPermitted: the redaction is not proved, or the recording is shown to nobody.
    """
    with vault.database.transaction(tenant) as tx:
        found = get_request(tx, request)
        if found.kind is not RequestKind.CORRECTION:
            raise InvalidInput("a correction is answered with its words, and nothing else is")
        if not is_requester_in(tx, found, recording, keys=vault.keys):
            raise InvalidInput("the person was not found in that recording")
    body = read_redacted(
        vault, tenant, recording, ArtifactKind.TRANSCRIPT_REDACTED, actor=actor, reason=f"request:{found.id}"
    )
    document = json.loads(body)
    return tuple(_turn(turn, corrections_of(document)) for turn in document["turns"])


def list_correctable(tx: Transaction, read: ReadRequest) -> tuple[RecordingId, ...]:
    """List the recordings in which the person of a request for correction was found and that have a transcript."""
    if read.request.kind is not RequestKind.CORRECTION:
        return ()
    found: dict[RecordingId, None] = {}
    for match in read.found:
        of_call = list_recordings(tx, call=match.call) if match.recording is None and match.call else ()
        found |= dict.fromkeys([match.recording] if match.recording else [one.id for one in of_call])
    return tuple(one for one in found if find_artifact(tx, one, ArtifactKind.TRANSCRIPT_REDACTED) is not None)


def corrections_of(document: Mapping[str, object]) -> Mapping[int, str]:
    """Give what stands beside the turns of a redacted transcript, by the number of the turn."""
    noted = document.get("corrections")
    return {one["turn"]: one["text"] for one in noted} if isinstance(noted, list) else {}


def _turn(turn: Mapping[str, object], corrected: Mapping[int, str]) -> SheetTurn:
    number = int(str(turn["turn"]))
    return SheetTurn(
        turn=number, speaker=str(turn["speaker"]), text=str(turn["text"]), corrected=corrected.get(number, "")
    )
