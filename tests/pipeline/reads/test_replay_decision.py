from __future__ import annotations

import json
from dataclasses import replace

import psycopg
import pytest

from pipeline.model.decision import canonical_json
from pipeline.model.errors import IntegrityError, NotFound
from pipeline.model.ids import ArtifactId
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.versions import judge
from pipeline.reads.replay_decision import replay_decision
from pipeline.steps.put_in_force import stored
from pipeline.store.decisions import add_decisions, find_decision
from pipeline.store.policy_versions import add_version, keep_first, keep_law
from tests.pipeline.policies.cases import facts, with_artifact
from tests.pipeline.policies.variants import shelf_of, variant

ART = ArtifactId("art_1")
TIGHTER = variant("connekz", {"retention/transcript.redacted/days": 30, "retention/transcript.redacted/review_days":
                  None})  # fmt: skip


@pytest.fixture
def decided(database, tenant):
    """A decision by a version, and by a later one that tightened it, stored with its inputs."""
    shelf = shelf_of(load_bundle("connekz"), TIGHTER)
    given = replace(facts(), as_of=facts().as_of.replace(year=2028))
    judged = judge(shelf, given, load_matrix())
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("connekz"))
        add_version(tx, TIGHTER, notice_days=14, actor="test")
        keep_law(tx, load_matrix())
        add_decisions(tx, [stored(judged)])
    return judged


def change(postgres, database_name, statement: str) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute(f"update earmark.{statement}")


def replay(database, tenant, **asked):
    with database.transaction(tenant.id) as tx:
        return replay_decision(tx, asked.pop("artifact", ART), **asked)


def test_a_decision_comes_out_with_the_same_bytes_from_what_was_stored_alone(database, tenant, decided):
    made = replay(database, tenant)

    assert canonical_json(made) == canonical_json(decided.record)
    assert made.digest == decided.record.digest
    assert made.retention.clause.document == f"connekz {TIGHTER.version}"


def test_an_earlier_decision_is_made_again_by_its_digest(database, tenant, decided):
    earlier = judge(shelf_of(load_bundle("connekz")), with_artifact(facts(), id=ART), load_matrix())
    with database.transaction(tenant.id) as tx:
        add_decisions(tx, [stored(earlier)])
    for judged in (earlier, decided):
        assert replay(database, tenant, decision=judged.record.digest) == judged.record
    with pytest.raises(NotFound):
        replay(database, tenant, decision="0" * 64)


def test_nothing_decided_is_not_found(database, tenant):
    with pytest.raises(NotFound, match="no decision for artifact art_1"):
        replay(database, tenant)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("decisions set facts = jsonb_set(facts, '{tenant,train}', 'false')", "the stored facts"),
        ("decisions set record = jsonb_set(record, '{retention,until}', '\"2099-01-01\"')", "otherwise: retention"),
        ("decisions set record = jsonb_set(record, '{visibility}', '\"review\"') - 'tokens'", "otherwise: tokens"),
        ("decisions set digest = repeat('0', 64)", "another digest"),
        ("decisions set record = jsonb_set(record, '{rules_version}', '99')", "decided under rules 99"),
        ("policy_versions set document = replace(document, '\"days\":30', '\"days\":31')", "the stored policy"),
        ("policy_versions set digest = repeat('0', 64), document = document", "is not kept"),
        ("law_versions set document = replace(document, 'NZ', 'XX')", "the stored law"),
        ("law_versions set digest = repeat('0', 64)", "is not kept"),
    ],
)
def test_whatever_was_tampered_with_is_told_in_one_line(
    database, tenant, postgres, database_name, decided, statement, told
):
    change(postgres, database_name, statement)

    with pytest.raises(IntegrityError, match=told) as refused:
        replay(database, tenant)
    assert "\n" not in str(refused.value)


def test_the_packaged_files_are_not_looked_at(database, tenant, decided, postgres, database_name):
    """The stored policy is one that no file says: what comes out can only be from the store."""
    own = variant(load_bundle("connekz"), {"retention/transcript.redacted/days": 77,
                  "retention/transcript.redacted/review_days": None}, version="own")  # fmt: skip
    judged = judge(shelf_of(own), with_artifact(facts(), id="art_2"), load_matrix())
    with database.transaction(tenant.id) as tx:
        add_version(tx, own, notice_days=14, actor="test")
        add_decisions(tx, [stored(judged)])

    again = replay(database, tenant, artifact=ArtifactId("art_2"))
    assert (again.policy.version, again.retention.until) == ("own", judged.record.retention.until)
    assert json.loads(canonical_json(again)) == find(database, tenant, "art_2").record


def find(database, tenant, artifact: str):
    with database.transaction(tenant.id) as tx:
        return find_decision(tx, ArtifactId(artifact))
