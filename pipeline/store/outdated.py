"""Which redactions an older detector made, and why one of them is left as it is for now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind
from pipeline.model.bulk import BulkOutcome
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.review import has_pending
from pipeline.store.artifacts import find_artifact
from pipeline.store.endings import list_endings_of
from pipeline.store.holds import list_holds_on
from pipeline.store.redaction_changes import list_changes
from pipeline.store.session import Transaction

_VERSION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}")
_OUTDATED: Final = """
    from earmark.recordings
    where tenant = :tenant and state = 'published'
      and (cast(:since as date) is null or coalesce(started_at, created_at) >= cast(:since as date))
      and case when facts->>'detector' ~ '^\\d{1,6}(\\.\\d{1,6}){0,3}$'
        then string_to_array(facts->>'detector', '.')::int[] < string_to_array(:before, '.')::int[] else true end
    """
_COUNT: Final = text(
    f"select coalesce(facts->>'detector', 'unknown') as made_by, count(*) as many {_OUTDATED} group by 1"
)
_PAGE: Final = text(f"select id {_OUTDATED} and id > :after order by id limit :limit")
_ADD: Final = text(
    f"""
    insert into earmark.bulk_items (tenant, job, ordinal, key, recording_id)
    select tenant, :job, row_number() over (order by id), id, id {_OUTDATED}
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """Recordings whose redaction was made by a detector before a version, and that were made since a day."""

    before: str
    since: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is no version.

        Raises:
            InvalidInput: a version is up to four numbers with dots between them.
        """
        if not _VERSION.fullmatch(self.before):
            raise InvalidInput("a detector's version is a number such as 2, or numbers such as 2.1")


def count_outdated(tx: Transaction, which: Outdated) -> dict[str, int]:
    """Count them by the version of the detector that made them."""
    rows = tx.connection.execute(_COUNT, _named(tx, which)).all()
    return {row.made_by: row.many for row in sorted(rows, key=lambda row: str(row.made_by))}


def list_outdated(tx: Transaction, which: Outdated, *, after: str = "", limit: int = 500) -> tuple[RecordingId, ...]:
    """List them by ascending id, a page after another."""
    named = {**_named(tx, which), "after": after, "limit": limit}
    return tuple(RecordingId(one) for one in tx.connection.execute(_PAGE, named).scalars())


def add_outdated(tx: Transaction, job: str, which: Outdated) -> int:
    """Make them the items of a job; count them."""
    return tx.connection.execute(_ADD, {**_named(tx, which), "job": job}).rowcount


def why_left(tx: Transaction, recording: Recording) -> BulkOutcome | None:
    """Say why a recording's redaction is not made anew now; None where it may be.

    It has ended or is held, it is not published, what it would be made from is gone, or a reviewer is changing it.
    """
    if recording.state is not RecordingState.PUBLISHED or list_endings_of(
        tx, recording=recording.id, call=recording.call
    ):
        return BulkOutcome.ENDED
    if list_holds_on(tx, recording=recording.id, call=recording.call):
        return BulkOutcome.HELD
    if any(find_artifact(tx, recording.id, kind) is None for kind in _ORIGINALS):
        return BulkOutcome.NO_ORIGINAL
    return BulkOutcome.CORRECTING if has_pending(list_changes(tx, recording.id)) else None


_ORIGINALS: Final = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL)


def _named(tx: Transaction, which: Outdated) -> dict[str, Any]:
    return {"tenant": tx.tenant, "before": which.before, "since": which.since}
