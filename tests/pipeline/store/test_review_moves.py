from __future__ import annotations

from sqlalchemy import text

from pipeline.model.artifact import ArtifactKind
from pipeline.model.queue_item import Move
from pipeline.store.artifacts import mark_purged
from pipeline.store.recordings import get_recording
from pipeline.store.review_moves import add_move, list_moves
from tests.builders import an_artifact_row
from tests.queue_items import a_line


def test_what_people_write_is_sealed_and_goes_with_the_transcript(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording = a_line(tx, keys)
        transcript = an_artifact_row(tx, get_recording(tx, recording), ArtifactKind.TRANSCRIPT_REDACTED)
        note = "canaryname sounds like a child"
        add_move(tx, recording, Move.ESCALATE, actor="user:ada", towards="user:grace", note=note, keys=keys)
        add_move(tx, recording, Move.CLAIM, actor="user:grace", towards=None, note="", keys=keys)
        moves = {m.move: m for m in list_moves(tx, recording, keys=keys)}
        assert moves[Move.ESCALATE].note == note
        assert (moves[Move.ESCALATE].towards, moves[Move.CLAIM].note) == ("user:grace", "")
        stored = tx.connection.execute(
            text("select sealed from earmark.review_moves where sealed is not null")
        ).scalar()
        assert b"canary" not in stored
        mark_purged(tx, transcript.id)
        assert {m.note for m in list_moves(tx, recording, keys=keys)} == {""}
