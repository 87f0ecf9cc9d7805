from __future__ import annotations

import json

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.review import RedactionVersion
from pipeline.store.artifacts import RENDERED, find_artifact, find_newest
from pipeline.store.redaction_versions import add_version, find_version, get_version, list_versions
from pipeline.store.vault import Shelf
from tests.builders import a_call, a_recording

MANIFEST, AUDIO, TEXT = RENDERED


@pytest.fixture
def shelf(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
    return Shelf(tenant=tenant.id, recording=recording.id, call=recording.call, on=recording.noted_at.date())


@pytest.fixture
def made(vault, shelf, clock):
    """Two renderings: what is kept later is newer."""
    kept = []
    for number in (1, 2):
        clock.move(seconds=1)
        kept.append({kind: vault.keep(shelf, kind, f"{kind} {number}".encode()) for kind in RENDERED})
    return kept


def version(shelf, number, kept) -> RedactionVersion:
    return RedactionVersion(
        recording=shelf.recording,
        number=number,
        manifest=kept[MANIFEST].id,
        audio=kept[AUDIO].id,
        text=kept[TEXT].id,
        made_at=kept[TEXT].created_at,
        changes=number,
    )


def test_before_anything_was_rendered_there_is_no_version(database, tenant, shelf):
    with database.transaction(tenant.id) as tx:
        assert (find_version(tx, shelf.recording), list_versions(tx, shelf.recording)) == (None, ())
        with pytest.raises(NotFound):
            get_version(tx, shelf.recording)


def test_the_machines_own_is_the_first_and_needs_no_row(database, tenant, shelf, made):
    with database.transaction(tenant.id) as tx:
        (first,) = list_versions(tx, shelf.recording)
        assert (first.number, first.text, first.changes) == (1, made[1][TEXT].id, 0)
        assert get_version(tx, shelf.recording, 1) == first
        assert find_version(tx, shelf.recording, 2) is None


def test_what_is_in_force_is_the_newest_version_and_not_what_was_made_last(database, tenant, shelf, made):
    with database.transaction(tenant.id) as tx:
        assert add_version(tx, version(shelf, 1, made[1]))
        assert add_version(tx, version(shelf, 2, made[0]))
        assert not add_version(tx, version(shelf, 2, made[1]))
        for kind in RENDERED:
            assert find_artifact(tx, shelf.recording, kind) == made[0][kind]
            assert find_newest(tx, shelf.recording, kind) == made[1][kind]
        assert [v.number for v in list_versions(tx, shelf.recording)] == [1, 2]


def test_a_correction_of_a_versions_text_is_in_force_with_it_and_of_an_earlier_one_is_not(
    database, vault, tenant, shelf, made, clock
):
    clock.move(seconds=1)
    of_other = vault.keep(shelf, TEXT, json.dumps({"corrects": 1}).encode(), parents=(made[1][TEXT].id,))
    with database.transaction(tenant.id) as tx:
        add_version(tx, version(shelf, 1, made[0]))
        assert find_artifact(tx, shelf.recording, TEXT) == made[0][TEXT]
    clock.move(seconds=1)
    once = vault.keep(shelf, TEXT, json.dumps({"corrects": 2}).encode(), parents=(made[0][TEXT].id,))
    clock.move(seconds=1)
    twice = vault.keep(shelf, TEXT, json.dumps({"corrects": 3}).encode(), parents=(once.id,))
    with database.transaction(tenant.id) as tx:
        assert find_artifact(tx, shelf.recording, TEXT) == twice
        assert find_newest(tx, shelf.recording, TEXT) != of_other
        assert find_artifact(tx, shelf.recording, ArtifactKind.RECORDING_ORIGINAL) is None
