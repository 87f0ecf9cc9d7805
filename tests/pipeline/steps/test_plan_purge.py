from __future__ import annotations

import json

import pytest

from pipeline.consent import jws
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.certificate import LEDGER_TYPE, line_from_bytes
from pipeline.model.decision_terms import Clause
from pipeline.model.purge import Ground, ItemKind, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.context import shelf_of
from pipeline.steps.plan_purge import plan
from pipeline.store.closures import Kept, add_kept
from pipeline.store.ledger import list_lines, list_noted
from pipeline.store.purges import open_purge
from pipeline.store.recordings import mark_vendor_copy_deleted, merge_facts

GROUND = Ground(cause=RetentionBasis.CHILD, clause=Clause(document="nejix", section="9", key="k"))


@pytest.fixture
def recording(line):
    return line.record()


@pytest.fixture
def original(line, recording):
    return line.context.vault.keep(shelf_of(recording), K.RECORDING_ORIGINAL, b"sound")


def begun(line, recording):
    with line.tx() as tx:
        return open_purge(tx, Subject(kind="recording", id=recording.id), GROUND)


def test_sound_is_sought_at_the_vendor_and_at_the_company_that_heard_it(line, recording, original):
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"processor": "deepgram"})
    items = plan(line.context, line.owner.id, begun(line, recording), [original])
    assert [(i.kind, i.target) for i in items] == [
        (ItemKind.OBJECT, original.id),
        (ItemKind.VENDOR, recording.recording_sid),
        (ItemKind.METADATA, recording.recording_sid),
        (ItemKind.PROCESSOR, "deepgram"),
    ]
    assert len(items[0].versions) == 1


def test_a_copy_that_is_deleted_there_is_not_deleted_again(line, recording, original):
    with line.tx() as tx:
        mark_vendor_copy_deleted(tx, recording.id)
    items = plan(line.context, line.owner.id, begun(line, recording), [original])
    assert [i.kind for i in items] == [ItemKind.OBJECT, ItemKind.METADATA]


def test_words_alone_ask_no_vendor(line, recording):
    words = line.context.vault.keep(shelf_of(recording), K.TRANSCRIPT_REDACTED, b"words")
    assert [i.kind for i in plan(line.context, line.owner.id, begun(line, recording), [words])] == [ItemKind.OBJECT]


def test_the_copy_under_a_matters_key_goes_with_its_artifact(line, recording, original):
    kept = Kept(
        artifact=original.id, kept_key="kept/x", key_name="matter--1", why="hold", statute="m", owner="o",
        expires_on=None, fields="whole", sealed_sha256="1" * 64,
    )  # fmt: skip
    with line.tx() as tx:
        add_kept(tx, kept)
    items = plan(line.context, line.owner.id, begun(line, recording), [original])
    assert [(i.target, i.object_key) for i in items[:2]] == [
        (original.id, original.object_key),
        (f"{original.id}:kept", "kept/x"),
    ]


def test_the_ledger_is_told_once_of_the_same_things_and_again_of_more(line, recording, original):
    purge = begun(line, recording)
    plan(line.context, line.owner.id, purge, [original])
    plan(line.context, line.owner.id, purge, [original])
    [key] = list_lines(line.context.vault.objects, line.owner.id)
    line_there = line_from_bytes(jws.verify(line.context.vault.objects.get(key).decode(), typ=LEDGER_TYPE).payload)
    assert line_there.objects == ((original.id, original.object_key),)
    assert (line_there.recording_sid, line_there.is_whole) == (recording.recording_sid, False)

    words = line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")
    plan(line.context, line.owner.id, purge, [words])
    assert len(list(list_lines(line.context.vault.objects, line.owner.id))) == 2
    with line.tx() as tx:
        assert len(list_noted(tx)) == 2
    assert "words" not in json.dumps(line.context.vault.objects.get(key).decode())
