from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.datasets.recalls import recalled_of
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotPermitted, StoreUnreachable
from pipeline.steps.admit_rows import Admission
from pipeline.steps.context import shelf_of
from pipeline.store.decisions import find_decision
from pipeline.store.vault import Vault
from tests.pipeline.policies.cases import facts, judge
from tests.training import COOL_OFF, VENDOR, a_line, agreed, export, own, rows_of

TRANSCRIPT, SOUND = ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.RECORDING_REDACTED


@pytest.fixture
def house(database, keys, tmp_path: Path):
    """A Connekz tenant, and a folder for what is exported."""
    (tmp_path / "out").mkdir()
    return a_line(database, keys, tmp_path), tmp_path / "out"


def tag(line, recording, kind, **changed: str) -> None:
    """Somebody with write access to tags changes them."""
    key, objects = line.artifact(recording, kind).object_key, line.context.vault.objects
    objects.write_tags(key, objects.read_tags(key) | {n.replace("_", "-"): v for n, v in changed.items()})


def tags_of(line, recording, kind) -> dict[str, str]:
    return line.context.vault.objects.read_tags(line.artifact(recording, kind).object_key)


def test_a_tag_that_says_yes_where_the_record_says_no_is_an_alarm_and_put_right(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    tag(line, recording, SOUND, training_eligible="true")
    with pytest.raises(NotPermitted, match="COOL_OFF 1, TAG_DISAGREES 1"):
        export(line, out / "ds")
    (alarm,) = line.events("training:tag:disagrees")
    assert alarm == {"kind": "recording.redacted", "record": "false", "tag": "true"}
    assert tags_of(line, recording, SOUND)["training-eligible"] == "false"


@pytest.mark.parametrize("changed", [{"training_eligible": "true"}, {"training_scope": "own_instance:b"}])
def test_what_may_be_trained_on_stays_out_while_its_tag_was_written_by_somebody_else(house, clock, changed) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    tag(line, recording, SOUND, **changed)
    assert export(line, out / "first").refused == {"TAG_DISAGREES": 1}
    assert [row.kind for row in rows_of(out / "first")] == [TRANSCRIPT]
    assert export(line, out / "second").refused == {}  # its own decision stands on it again


def test_an_exported_artifacts_tag_reads_back_true_and_after_a_refusal_false(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    assert tags_of(line, recording, SOUND)["training-eligible"] == "false"
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    tags = tags_of(line, recording, SOUND)
    assert (tags["training-eligible"], tags["training-scope"]) == ("true", "vendor_models")
    line.choose(asks_for_training=False)
    with pytest.raises(NotPermitted, match="TENANT_OFF 2"):
        export(line, out / "no")
    assert tags_of(line, recording, SOUND)["training-eligible"] == "false"
    assert line.events("training:tag:disagrees") == []


def test_a_store_that_says_it_wrote_the_tag_and_did_not_is_an_alarm(house, clock) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    vault = line.context.vault

    class Forgetful(type(vault.objects)):  # type: ignore[misc]
        def write_tags(self, key, tags):
            return dict(tags)

    lying = Vault(database=vault.database, objects=Forgetful(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(NotPermitted, match="TAG_DISAGREES 2"):
        export(line.with_parts(vault=lying), out / "ds")
    assert len(line.events("training:tag:disagrees")) == 2


def test_consent_that_is_taken_back_while_an_export_is_made_lets_no_decision_say_otherwise(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    vault = line.context.vault

    class Meanwhile(type(vault.objects)):
        def read_tags(self, key):
            line.withdraw(recording.call, after_s=0)
            return super().read_tags(key)

    with pytest.raises(StoreUnreachable):
        export(line.with_parts(vault=replace(vault, objects=Meanwhile(line.folder / "objects"))), out / "ds")
    with line.tx() as tx:
        assert not find_decision(tx, line.artifact(recording, SOUND).id).is_training_eligible
    assert tags_of(line, recording, SOUND)["training-eligible"] == "false"


def test_only_the_rendering_in_force_is_exported(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    before = line.artifact(recording, TRANSCRIPT)
    document = json.loads(line.context.vault.read(before))
    clock.move(days=1)
    again = json.dumps(document | {"detector": "newer"}).encode()
    line.context.vault.keep(shelf_of(line.now(recording)), TRANSCRIPT, again, parents=before.parents)
    clock.move(days=COOL_OFF)
    assert export(line, out / "ds").refused == {"SUPERSEDED": 1}
    newest = line.artifact(recording, TRANSCRIPT)
    assert [row.artifact for row in rows_of(out / "ds") if row.kind is TRANSCRIPT] == [newest.id] != [before.id]


def test_text_whose_hidden_words_could_be_brought_back_is_not_exported(database, keys, tmp_path, clock) -> None:
    line = a_line(database, keys, tmp_path, text_style="encrypt")
    agreed(line)
    clock.move(days=COOL_OFF)
    assert export(line, tmp_path / "ds").refused == {"REVERSIBLE": 1}
    assert [row.kind for row in rows_of(tmp_path / "ds")] == [SOUND]


def test_without_the_signed_receipt_of_a_yes_nothing_is_exported(house, clock, postgres, database_name) -> None:
    line, out = house
    agreed(line)
    clock.move(days=COOL_OFF)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.artifacts set purged_at = now() where kind = 'consent.receipt'")
    with pytest.raises(NotPermitted, match="NO_RECEIPT 2"):
        export(line, out / "ds")


def test_an_object_that_is_gone_is_counted_and_the_rest_exported(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "first")
    line.context.vault.objects.purge(line.artifact(recording, SOUND).object_key)
    done = export(line, out / "second")
    assert done.refused == {"UNUSABLE": 1}
    assert [row.kind for row in rows_of(out / "second")] == [TRANSCRIPT]


def test_bytes_that_were_recalled_with_another_recording_stay_out_too(house, clock) -> None:
    line, out = house
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    export(line, out / "ds")
    gate = Admission(
        context=line.context,
        tenant=line.owner.id,
        scope=VENDOR,
        marked=frozenset(),
        recalled=replace(recalled_of(()), digests=frozenset(row.sha256 for row in rows_of(out / "ds"))),
    )
    assert gate.admit(recording.id) == []
    assert gate.refused == {"RECALLED": 2}


@given(instances=st.lists(st.sampled_from(["a", "b", None]), max_size=12), wanted=st.sampled_from(["a", "b", None]))
@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.clause("connekz", "2", "used to train other connekz models")
def test_a_decision_fits_the_dataset_of_its_own_instance_and_no_other(instances, wanted) -> None:
    """Of any calls, what fits a dataset's scope is of that very instance; what came through none fits none of them."""
    scope = VENDOR if wanted is None else own(wanted)
    for instance in instances:
        given_facts = facts()
        parents = tuple(
            replace(p, scope=(VENDOR if instance is None else own(instance)).scope, scope_id=instance)
            for p in given_facts.parents
        )
        call = replace(given_facts.call, instance=instance)
        training = judge(replace(given_facts, call=call, parents=parents)).training
        assert training.eligible
        assert ((training.scope, training.scope_id) == (scope.scope, scope.scope_id)) is (instance == wanted)
