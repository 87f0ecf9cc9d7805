from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import ArtifactId
from pipeline.store.audit import list_events
from pipeline.store.decisions import StoredDecision, add_decisions, find_decision
from pipeline.store.tables import artifacts
from tests.builders import a_recording, an_artifact_row

ONE = StoredDecision(
    artifact=ArtifactId("art_1"),
    digest="1" * 64,
    policy_id="nejix",
    policy_digest="2" * 64,
    record={
        "training": {"reasons": [{"code": "COOL_OFF"}]},
        "retention": {"disposition": "retain", "review_on": "2027-11-21"},
    },
    facts={"as_of": "2026-11-21"},
    retain_until=date(2027, 2, 19),
    review_on=date(2027, 11, 21),
    disposition="retain",
    is_training_eligible=False,
)


def test_a_decision_is_read_back_as_it_was_made_and_audited_with_its_digests(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert add_decisions(tx, [ONE])
        assert find_decision(tx, ONE.artifact) == ONE
        assert [dict(e.entry.facts) for e in list_events(tx, target="art_1")] == [
            {
                "digest": ONE.digest,
                "policy_digest": ONE.policy_digest,
                "training_eligible": False,
                "retain_until": "2027-02-19",
            }
        ]


def test_a_decision_stands_on_its_artifacts_row_where_an_index_finds_it(database, tenant):
    with database.transaction(tenant.id) as tx:
        artifact = an_artifact_row(tx, a_recording(tx, None), ArtifactKind.RECORDING_ORIGINAL)
        row = select(
            artifacts.c.retain_until, artifacts.c.review_on, artifacts.c.disposition, artifacts.c.decision_digest,
            artifacts.c.training_eligible,
        )  # fmt: skip
        assert tuple(tx.connection.execute(row).one()) == (None, None, "undecided", None, False)
        add_decisions(tx, [replace(ONE, artifact=artifact.id, is_training_eligible=True)])
        assert tuple(tx.connection.execute(row).one()) == (
            ONE.retain_until, ONE.review_on, "retain", ONE.digest, True,
        )  # fmt: skip


def test_the_same_decision_again_is_kept_and_audited_once(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert [bool(add_decisions(tx, [ONE])) for _ in range(3)] == [True, False, False]
        assert len(list(list_events(tx, target="art_1"))) == 1


def test_of_many_decisions_the_new_ones_are_kept_audited_and_put_in_force_together(database, tenant):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, None)
        known, new = (an_artifact_row(tx, recording, kind).id for kind in list(ArtifactKind)[:2])
        add_decisions(tx, [replace(ONE, artifact=known)])
        made = [replace(ONE, artifact=name, disposition="due") for name in (known, new)]
        assert add_decisions(tx, made) == {new}
        assert [len(list(list_events(tx, target=name))) for name in (known, new)] == [1, 1]
        rows = select(artifacts.c.id, artifacts.c.disposition, artifacts.c.review_on)
        assert {row.id: (row.disposition, row.review_on) for row in tx.connection.execute(rows)} == {
            known: ("retain", ONE.review_on), new: ("due", ONE.review_on),
        }  # fmt: skip
        assert add_decisions(tx, []) == frozenset()


@pytest.mark.parametrize(
    ("stands", "decided", "then"),
    [
        (None, date(2027, 5, 1), date(2027, 5, 1)),
        (date(2027, 3, 1), date(2027, 5, 1), date(2027, 3, 1)),
        (date(2027, 6, 1), date(2027, 5, 1), date(2027, 5, 1)),
        (date(2027, 3, 1), None, None),
    ],
)
def test_a_review_is_not_put_off_by_a_new_decision(database, tenant, stands, decided, then):
    with database.transaction(tenant.id) as tx:
        made = an_artifact_row(tx, a_recording(tx, None), ArtifactKind.SUMMARY).id
        add_decisions(tx, [replace(ONE, artifact=made, review_on=stands)])
        add_decisions(tx, [replace(ONE, artifact=made, review_on=decided, digest="4" * 64)])
        assert tx.connection.execute(select(artifacts.c.review_on)).scalar() == then


def test_the_newest_decision_is_in_force_and_older_ones_stay(database, tenant, clock):
    newer = replace(ONE, digest="3" * 64, retain_until=None, is_training_eligible=True)
    with database.transaction(tenant.id) as tx:
        add_decisions(tx, [ONE])
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        add_decisions(tx, [newer])
    with database.transaction(tenant.id) as tx:
        assert find_decision(tx, ONE.artifact) == newer
        assert tx.connection.execute(text("select count(*) from earmark.decisions")).scalar() == 2


def test_an_artifact_that_nobody_judged_has_no_decision(database, tenant):
    with database.transaction(tenant.id) as tx:
        add_decisions(tx, [ONE])
        assert find_decision(tx, ArtifactId("art_2")) is None


@pytest.mark.parametrize("statement", ["update earmark.decisions set digest = 'x'", "delete from earmark.decisions"])
def test_a_decision_cannot_be_changed_or_removed(database, tenant, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text(statement))
