from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.justify import SHORTEST, justify
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.store.due import list_reviews_due
from pipeline.store.retention_runs import list_justifications
from tests.disposal import rows

KIND = "consent.receipt"
METADATA = "call.metadata"
REASON = "invoices are disputed for six years"


@pytest.fixture
def due(line, clock):
    """Metadata that nobody has justified for a year."""
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.CALL_METADATA, b"{}")
    decide_artifacts(line.context, line.owner.id, recording.id)
    clock.move(days=366)


def write(line, kind=METADATA, reason=REASON):
    with line.tx() as tx:
        return justify(tx, line.context.vault, kind=kind, reason=reason, actor="user:1")


def test_a_justification_moves_the_review_by_a_year_and_is_kept_sealed(line, due, clock):
    made = write(line)
    assert (made.moved, made.actor) == (1, "user:1")
    with line.tx() as tx:
        assert list_reviews_due(tx, on=clock.now().date() + timedelta(days=364)) == ()
        assert len(list_reviews_due(tx, on=clock.now().date() + timedelta(days=365))) == 1
        assert [j.reason for j in list_justifications(tx, keys=line.context.vault.keys)] == [REASON]
    [event] = line.events("retention:keeping:justified")
    assert (event["kind"], event["moved"]) == (METADATA, 1)
    assert REASON.encode() not in bytes(rows(line, "select sealed from earmark.justifications")[0][0])
    assert REASON not in str(rows(line, "select facts from earmark.audit_events"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(METADATA, "x" * (SHORTEST - 1)), (METADATA, "a" + " " * 40 + "b"), (KIND, REASON), ("words", REASON)],
)
def test_too_short_or_for_what_has_an_end_it_is_refused_and_nothing_moves(line, due, clock, kind, reason):
    with pytest.raises(InvalidInput):
        write(line, kind, reason)
    with line.tx() as tx:
        assert len(list_reviews_due(tx, on=clock.now().date())) == 1


def test_what_is_not_due_is_not_justified_ahead(line, due):
    write(line)
    with pytest.raises(InvalidInput):
        write(line)
