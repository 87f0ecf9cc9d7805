from __future__ import annotations

import psycopg
import pytest

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import StoreUnreachable
from pipeline.model.retention import RetentionBasis
from pipeline.policies.loader import load_bundle
from pipeline.reads.replay_decision import replay_decision
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts, judge_artifacts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.policy_versions import NoticeDelivery, add_notice, add_version, find_policies, keep_first
from pipeline.store.vault import Vault
from tests.pipeline.policies.variants import variant

ALL = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "keep_receipts")


@pytest.fixture
def recording(line):
    return line.through(line.record(), *ALL)


def decisions(line, recording) -> dict[str, dict]:
    with line.tx() as tx:
        found = {a.kind.value: find_decision(tx, a.id) for a in list_artifacts(tx, recording=recording.id)}
    return {kind: decision.record for kind, decision in found.items()}


def objects(line, recording):
    with line.tx() as tx:
        return [a.object_key for a in list_artifacts(tx, recording=recording.id)]


def test_every_artifact_has_a_decision_in_the_database_and_on_its_tags(line, recording):
    assert line.run(decide_artifacts, recording) == {"decided": 10, "eligible": 0}
    records = decisions(line, recording)
    assert len(records) == 7
    for key in objects(line, recording):
        tags = line.context.vault.objects.read_tags(key)
        record = records[tags["kind"]]  # the four receipts of a recording are decided alike
        assert tags["retain-until"] == (record["retention"]["until"] or "none")
        assert tags["training-eligible"] == "false"
        assert tags["policy"] == f"nejix:{record['policy']['version']}"
        assert (tags["disposition"], tags["legal-hold"]) == (record["retention"]["disposition"], "false")


def test_deciding_again_at_the_same_moment_adds_nothing(line, recording):
    for _ in range(3):
        line.run(decide_artifacts, recording)
    assert len(line.events("artifact:decision:made")) == 10


def test_what_was_made_at_one_moment_is_still_judged_after_its_parents(line, recording):
    """The clock of this test stands still, so nothing but lineage can order the artifacts."""
    line.run(decide_artifacts, recording)
    for kind in ("transcript.redacted", "recording.redacted", "redaction.manifest", "transcript.original"):
        codes = {r["code"] for r in decisions(line, recording)[kind]["training"]["reasons"]}
        assert "NO_LINEAGE" not in codes
        assert "NO_TRAINING_CONSENT" in codes


def facts_of(line, recording, kind) -> dict:
    with line.tx() as tx:
        artifact = next(a for a in list_artifacts(tx, recording=recording.id) if a.kind is kind)
        return dict(find_decision(tx, artifact.id).facts)


def test_a_derivative_takes_over_the_terms_of_every_parent(line, recording):
    line.run(decide_artifacts, recording)
    with line.tx() as tx:
        redacted = next(
            a for a in list_artifacts(tx, recording=recording.id) if a.kind is ArtifactKind.RECORDING_REDACTED
        )
    terms = facts_of(line, recording, ArtifactKind.RECORDING_REDACTED)["parents"]
    assert [t["artifact"] for t in terms] == list(redacted.parents)


def purge_row(postgres, database_name, artifact: str) -> None:
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.artifacts set purged_at = now() where id = %s", (artifact,))


def test_the_terms_of_a_purged_parent_are_those_last_decided(line, recording, postgres, database_name, clock):
    line.run(decide_artifacts, recording)
    before = facts_of(line, recording, ArtifactKind.RECORDING_REDACTED)["parents"]
    purge_row(postgres, database_name, line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL).id)
    clock.move(days=1)
    line.run(decide_artifacts, recording)
    assert facts_of(line, recording, ArtifactKind.RECORDING_REDACTED)["parents"] == before


def test_a_parent_that_nobody_ever_judged_allows_nothing(line, recording, postgres, database_name):
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL).id
    purge_row(postgres, database_name, original)
    line.run(decide_artifacts, recording)
    terms = facts_of(line, recording, ArtifactKind.RECORDING_REDACTED)["parents"]
    assert next(t for t in terms if t["artifact"] == original)["scope"] == "none"
    training = decisions(line, recording)["recording.redacted"]["training"]
    assert (training["eligible"], training["scope"]) == (False, "none")


def test_a_hold_placed_before_an_object_appeared_locks_it_when_it_is_stored(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("recording", recording.id), actor="u", reason="r")
    line.through(recording, "keep_receipts", "transcribe", "detect", "redact_text", "redact_audio")
    assert all(line.context.vault.objects.read_lock(k).is_held for k in objects(line, recording))
    line.run(decide_artifacts, recording)
    assert all(line.context.vault.objects.read_lock(k).is_held for k in objects(line, recording))
    assert {r["retention"]["disposition"] for r in decisions(line, recording).values()} == {"held"}
    tags = [line.context.vault.objects.read_tags(k)["legal-hold"] for k in objects(line, recording)]
    assert set(tags) == {"true"}


def test_without_a_hold_nothing_is_locked(line, recording):
    line.run(decide_artifacts, recording)
    assert not any(line.context.vault.objects.read_lock(k).is_held for k in objects(line, recording))


def test_a_tag_that_cannot_be_written_leaves_no_decision_that_claims_it(line, recording):
    vault = line.context.vault

    class Full(type(vault.objects)):
        def write_tags(self, key, tags):
            raise StoreUnreachable("write tags")

    broken = Vault(database=vault.database, objects=Full(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        line.with_parts(vault=broken).run(decide_artifacts, recording)
    assert line.events("artifact:decision:made") == []


def test_a_refused_file_that_is_here_already_is_quarantined_and_due(line):
    recording = line.record(source="OperatorUpload")
    line.context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, b"audio")
    line.choose(is_recording_on=False)
    line.run(decide_artifacts, recording)
    record = decisions(line, recording)["recording.original"]
    assert record["retention"]["ended_by"] == RetentionBasis.NOT_PERMITTED.value
    assert (record["retention"]["disposition"], record["visibility"]) == ("due", "quarantined")


def test_a_recording_of_which_nothing_was_kept_has_nothing_to_decide(line):
    assert line.run(decide_artifacts, line.record()) == {"decided": 0, "eligible": 0}


def test_what_a_decision_was_made_by_is_kept_with_it_and_makes_it_again(line, recording):
    line.run(decide_artifacts, recording)
    with line.tx() as tx:
        assert find_policies(tx, "nejix").newest.digest == load_bundle("nejix").digest
        for artifact in list_artifacts(tx, recording=recording.id):
            assert replay_decision(tx, artifact.id).digest == find_decision(tx, artifact.id).digest


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_version_in_force_at_capture_judges_and_a_later_one_is_named_in_the_facts(line, recording, clock):
    later = variant("nejix", {"retention/recording.original/days": 30}, effective=clock.now().date())
    with line.tx() as tx:
        keep_first(tx, load_bundle("nejix"))
        add_version(tx, later, notice_days=14, actor="test")
    clock.move(days=20)
    line.run(decide_artifacts, recording)
    assert decisions(line, recording)["recording.original"]["retention"]["until"] == "2027-02-19"
    with line.tx() as tx:
        add_notice(tx, heard(later, tx.now))
    clock.move(days=1)
    line.run(decide_artifacts, recording)
    record = decisions(line, recording)["recording.original"]
    assert record["policy"]["version"] == load_bundle("nejix").version
    assert (record["retention"]["until"], record["retention"]["disposition"]) == ("2026-12-21", "retain")
    [named] = facts_of(line, recording, ArtifactKind.RECORDING_ORIGINAL)["later_policies"]
    assert (named["version"], named["digest"]) == (later.version, later.digest)
    with line.tx() as tx:
        for artifact in list_artifacts(tx, recording=recording.id):
            replay_decision(tx, artifact.id)


def heard(bundle, at) -> NoticeDelivery:
    named = {"policy_id": bundle.id, "version": bundle.version, "channel": "email", "recipient_ref": "r", "status": 250}
    return NoticeDelivery(**named, delivered_at=at, in_force_from=at.date())


def test_judging_some_kinds_judges_what_they_were_made_from_and_writes_nothing(line, recording):
    judged = list(judge_artifacts(line.context, line.owner.id, recording.id, kinds=(ArtifactKind.TRANSCRIPT_REDACTED,)))
    assert [one.record.kind.value for one in judged] == [
        "recording.original", "transcript.original", "redaction.manifest", "transcript.redacted",
    ]  # fmt: skip
    assert line.events("artifact:decision:made") == []
    whole = {one.artifact.id: one.record for one in judge_artifacts(line.context, line.owner.id, recording.id)}
    assert all(whole[one.artifact.id] == one.record for one in judged)
